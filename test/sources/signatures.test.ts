import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFetching, packed, packedChart, type Fetching } from '../rig/sources/fetching.ts'
import { startRegistry, type RegistryRig } from '../rig/sources/registry.ts'
import {
  keylessSigner,
  keySigner,
  type KeylessSigner,
  type Place,
} from '../rig/sources/sigstore.ts'

const EMAIL = 'dev@example.com'
const ISSUER = 'https://issuer.example.com'
const US = [{ issuer: '^https://issuer\\.example\\.com$', subject: '^dev@example\\.com$' }]
let registry: RegistryRig
let fetching: Fetching
let person: KeylessSigner

beforeAll(async () => {
  registry = await startRegistry()
  fetching = await openFetching()
  person = await keylessSigner(EMAIL, ISSUER)
})

afterAll(async () => {
  person[Symbol.dispose]()
  await fetching[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
})

const OURS = keySigner()
const unsigned = (): void => undefined
let pushed = 0

/** An artifact of its own for each test. */
function artifact(): Place {
  pushed += 1
  const repository = `apps-${pushed}`
  const layers = [{ mediaType: 'files', bytes: packed({ n: String(pushed) }) }]
  return { registry, repository, digest: registry.push(repository, 'latest', { layers }) }
}

const withKeys = (place: Place, keys: Readonly<Record<string, string>>) =>
  fetching.look({
    source: {
      oci: {
        url: `oci://${registry.server.host}/${place.repository}`,
        insecure: true,
        verification: { secretName: 'keys' },
      },
    },
    secrets: { verification: keys },
  })

const byIdentity = (place: Place, identities: typeof US = US) =>
  fetching.look({
    source: {
      oci: {
        url: `oci://${registry.server.host}/${place.repository}`,
        insecure: true,
        verification: { identities, trustedRootSecretName: 'root' },
      },
    },
    secrets: { trustedRoot: { 'trusted_root.json': person.trustedRoot } },
  })

test.each(['ec', 'rsa', 'ed25519'] as const)(
  'an artifact that is signed by one of the keys is taken (%s)',
  async (type) => {
    const place = artifact()
    const signer = keySigner(type)
    signer.sign(place)
    const keys = { 'old.pub': keySigner().publicPem, 'new.pub': signer.publicPem, note: 'no key' }
    expect(await withKeys(place, keys)).toMatchObject({ kind: 'found' })
  },
)

test.each([
  ['nobody', unsigned, 'it is not signed'],
  ['another key', (place: Place) => keySigner().sign(place), 'by another key'],
  [
    'a key, for another artifact',
    (place: Place) => OURS.sign(place, artifact().digest),
    'another artifact',
  ],
] as const)('an artifact that is signed by %s is refused', async (_, sign, words) => {
  const place = artifact()
  sign(place)
  const answer = await withKeys(place, { 'cosign.pub': OURS.publicPem })
  expect(answer).toMatchObject({
    kind: 'refused',
    code: sign === unsigned ? 'SOURCE_UNSIGNED' : 'SOURCE_SIGNATURE',
  })
  expect(JSON.stringify(answer)).toContain(words)
})

test('a Secret without a key, or with one that is none, is named', async () => {
  const place = artifact()
  OURS.sign(place)
  for (const [keys, words] of [
    [{ 'cosign.key': 'x' }, '.pub'],
    [{ 'cosign.pub': 'x' }, 'cosign.pub'],
  ] as const) {
    const answer = await withKeys(place, keys)
    expect(answer).toMatchObject({ code: 'SOURCE_SIGNATURE_KEYS' })
    expect(JSON.stringify(answer)).toContain(words)
  }
})

test.each(['signSimple', 'signBundle'] as const)(
  'a person who is named signs without a key (%s)',
  async (sign) => {
    const place = artifact()
    person[sign](place)
    expect(await byIdentity(place)).toMatchObject({ kind: 'found' })
  },
)

test.each([
  ['of somebody else', {}, [{ issuer: ISSUER, subject: 'boss@example.com' }], 'does not name'],
  ['of another issuer', {}, [{ issuer: 'https://other', subject: EMAIL }], 'does not name'],
  ['of nobody in particular', {}, [], 'matchOIDCIdentity'],
  [
    'entered after the certificate had ended',
    { enteredAfterS: 200_000 },
    US,
    'not valid when it signed',
  ],
  [
    'entered before the certificate was made',
    { enteredAfterS: -60 },
    US,
    'not valid when it signed',
  ],
  ['in a log that nobody knows', { log: 'another' }, US, 'does not know'],
  ['whose entry is of another one', { entry: 'of another signature' }, US, 'of another signature'],
] as const)(
  'a signature %s does not count, in either form',
  async (_, options, identities, words) => {
    for (const sign of ['signSimple', 'signBundle'] as const) {
      const place = artifact()
      person[sign](place, options)
      const answer = await byIdentity(place, [...identities])
      const none = identities.length === 0
      expect(answer).toMatchObject({ code: none ? 'SOURCE_SIGNATURE_KEYS' : 'SOURCE_SIGNATURE' })
      expect(JSON.stringify(answer)).toContain(words)
    }
  },
)

test('the chart of a registry is held against its keys too', async () => {
  const bytes = packedChart('podinfo', '1.0.0')
  const layers = [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', bytes }]
  const digest = registry.push('charts/podinfo', '1.0.0', { layers })
  const source = {
    helmRepository: { url: `oci://${registry.server.host}/charts`, type: 'oci', insecure: true },
  }
  const upstream = await fetching.upstream({ source })
  const look = () =>
    fetching.look({
      source: {
        helmChart: { chart: 'podinfo', version: '1.x', verification: { secretName: 'keys' } },
      },
      secrets: { verification: { 'cosign.pub': OURS.publicPem } },
      upstream,
    })
  expect(await look()).toMatchObject({ code: 'SOURCE_UNSIGNED' })
  OURS.sign({ registry, repository: 'charts/podinfo', digest })
  expect(await look()).toMatchObject({ kind: 'found', revision: '1.0.0' })
})
