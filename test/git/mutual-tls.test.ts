import { EMBEDDED_POLICY, openGit, type GitCredentials } from '@tidemark/git'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificates } from '../rig/components/certificates.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp } from '../rig/components/git-http.ts'
import { startTlsFront } from '../rig/components/tls-front.ts'
import { gitFleet } from '../rig/plane/fleet.ts'

const LOGIN = { kind: 'basic', username: 'ada', password: 'p@ss word' } as const

describeWith(['git', 'openssl'], 'a Git server that asks for certificates and a login', () => {
  test('each of them is needed, and all together are let in', async () => {
    await using held = new AsyncDisposableStack()
    const dir = temporaryDir('mutual-tls')
    held.defer(dir.remove)
    const served = join(dir.path, 'git')
    mkdirSync(served)
    const open = held.use(await startGitHttp(served))
    await gitFleet({ served, server: open.url, name: 'fleet' }, { 'a.yaml': 'a: 1\n' })
    const guarded = held.use(await startGitHttp(served, { auth: LOGIN }))
    const certificates = held.use(await makeCertificates())
    const { certFile, keyFile } = await certificates.client('ada')
    const front = held.use(await startTlsFront(certificates, guarded.url, 'with a certificate'))
    const git = held.use(
      await openGit({
        cacheDirectory: join(dir.path, 'cache'),
        clock: systemClock,
        random: systemRandom,
      }),
    )
    const whole = {
      login: { ...LOGIN, password: new Secret(LOGIN.password) },
      certificateAuthority: readFileSync(certificates.caFile, 'utf8'),
      clientCertificate: {
        certificate: readFileSync(certFile, 'utf8'),
        key: new Secret(readFileSync(keyFile, 'utf8')),
      },
    } satisfies GitCredentials
    const { login, certificateAuthority, clientCertificate } = whole
    const look = async (credentials: GitCredentials): Promise<string> => {
      const url = `${front.url}/fleet.git`
      await using source = await git.open({ url, policy: EMBEDDED_POLICY, credentials })
      const signal = AbortSignal.timeout(60_000)
      return (await source.resolve({ branch: 'main' }, signal)).revision
    }
    expect(await look(whole)).toMatch(/^main@sha1:/u)
    await expect(look({ certificateAuthority, clientCertificate })).rejects.toMatchObject({
      code: 'SOURCE_AUTHENTICATION',
    })
    for (const lacking of [
      { login, clientCertificate },
      { login, certificateAuthority },
    ])
      await expect(look(lacking)).rejects.toMatchObject({ code: 'SOURCE_TLS' })
  })
})
