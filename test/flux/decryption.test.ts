// What SOPS encrypted is delivered in clear, and no event has a value of it.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kustomization, openMemoryFleet, type MemoryFleet } from '../rig/plane/memory-fleet.ts'

const SECRET = '/api/v1/namespaces/default/secrets/login'
const recorded = (name: string): string =>
  readFileSync(new URL(`../../libs/sops/src/recorded/${name}.txt`, import.meta.url)).toString()
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const spec = (decryption: string): string =>
  `  path: ./apps/shop\n  targetNamespace: default\n${decryption}`
const DECRYPTED = spec('  decryption: {provider: sops, secretRef: {name: sops-keys}}\n')
const FILES = {
  'clusters/dev/shop.yaml': kustomization('shop', spec('')),
  'apps/shop/kustomization.yaml': `resources: [secret.yaml]
labels: [{pairs: {added: by-kustomize}}]
secretGenerator:
  - name: generated
    options: {disableNameSuffixHash: true}
    files: [settings.json]
    envs: [login.env]
`,
  'apps/shop/secret.yaml': recorded('secret.yaml'),
  'apps/shop/settings.json': recorded('settings.json'),
  'apps/shop/login.env': recorded('login.env'),
}

describe('an application with encrypted files', () => {
  let fleet: MemoryFleet
  beforeAll(async () => {
    fleet = await openMemoryFleet(FILES)
  })
  afterAll(() => fleet[Symbol.asyncDispose]())

  test('is refused where nothing says how to decrypt them', async () => {
    const { body } = await fleet.api.event('RenderFailed')
    expect(body).toMatchObject({ code: 'SECRET_ENCRYPTED' })
    expect(body['message']).toContain('set spec.decryption.provider to sops')
  })

  test('is delivered in clear with the keys of a Secret on its cluster', async () => {
    await fleet.ask('POST', '/api/v1/namespaces/flux-system/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'sops-keys' },
      data: { 'a.agekey': Buffer.from(recorded('key.agekey')).toString('base64') },
    })
    await fleet.change({ 'clusters/dev/shop.yaml': kustomization('shop', DECRYPTED) })
    const secret = await fleet.until(SECRET, (object) => object !== undefined)
    expect(secret).toMatchObject({ data: { password: base64('kestrel-of-the-south-77') } })
    const generated = await fleet.ask('GET', SECRET.replace('login', 'generated'))
    expect(generated).toMatchObject({ data: { PASSWORD: base64('falcon-in-the-east') } })
    const wrapped = /"settings\.json":"(?<text>[^"]*)"/u.exec(JSON.stringify(generated))?.[1] ?? ''
    expect(wrapped.replaceAll('\\n', '')).toBe(base64(recorded('clear-settings.json')))
  })

  test('goes on as it is when a file was changed outside of sops, which is named', async () => {
    const changed = recorded('secret.yaml').replace('tier: "3"', 'tier: "4"')
    const before = await fleet.change({ 'apps/shop/secret.yaml': changed })
    const { body } = await fleet.api.event('RenderFailed', { after: before })
    expect(body).toMatchObject({ code: 'SOPS_MAC', file: 'apps/shop/secret.yaml' })
    expect(body['message']).toContain(
      'apps/shop/secret.yaml: cannot be decrypted: its MAC does not fit',
    )
  })

  test('shows no value, neither of a file nor of a key, in any event', async () => {
    const hidden = ['kestrel-of-the-south-77', 'falcon-in-the-east', 'AGE-SECRET-KEY']
    const shown = (await fleet.world.log()).filter(({ body }) =>
      hidden.some((text) => Buffer.from(body).includes(text)),
    )
    expect(shown.map(({ type }) => type)).toEqual([])
  })
})
