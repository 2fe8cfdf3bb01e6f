import { spawnSync } from 'node:child_process'
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { startApiServer } from '../rig/components/api-server.ts'
import { makeCertificates } from '../rig/components/certificates.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { program } from '../rig/components/component.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { ROOT, section } from './read-docs.ts'

describeWith(['etcd', 'kube-apiserver', 'kubectl', 'helm', 'openssl'], 'docs/operations.md', () => {
  test('the commands that put the platform on Kubernetes run as they stand, in their order', async () => {
    using certificates = await makeCertificates()
    await using server = await startApiServer()
    const dir = temporaryDir('docs')
    try {
      const at = (name: string): string => join(dir.path, name)
      copyFileSync(certificates.caFile, at('ca.crt'))
      copyFileSync(certificates.server.certFile, at('tls.crt'))
      copyFileSync(certificates.server.keyFile, at('tls.key'))
      writeFileSync(at('url'), 'postgres://tidemark:secret@postgres:5432/tidemark')
      symlinkSync(join(ROOT, 'helm'), at('helm'))
      const launcher = join(ROOT, 'cli', 'bin', 'tidemark.js')
      writeFileSync(at('tidemark'), `#!/bin/sh\nexec "${process.execPath}" "${launcher}" "$@"\n`, {
        mode: 0o755,
      })
      const commands = section('docs/operations.md', '### On Kubernetes')
      expect(commands.length).toBeGreaterThan(8)
      for (const { place, text } of commands) {
        const { status, stderr } = spawnSync('sh', ['-c', text], {
          cwd: dir.path,
          encoding: 'utf8',
          env: {
            PATH: [dir.path, dirname(program('kubectl')), process.env['PATH']].join(delimiter),
            HOME: dir.path,
            KUBECONFIG: server.kubeconfig,
          },
        })
        expect({ place, status, stderr }).toMatchObject({ place, status: 0 })
      }
    } finally {
      dir.remove()
    }
  }, 180_000)
})
