import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { temporaryDir } from './child.ts'
import { program } from './component.ts'

const run = promisify(execFile)
const DAYS = '2'

interface KeyPair {
  readonly certFile: string
  readonly keyFile: string
}

export interface Certificates extends Disposable {
  readonly caFile: string
  /** For `localhost` and `127.0.0.1`. */
  readonly server: KeyPair
  /** A further client certificate with this common name, and optionally a URI (such as a SPIFFE id). */
  client(name: string, uri?: string): Promise<KeyPair>
}

/** A throw-away authority and what it signed, made with openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const openssl = program('openssl')
  const dir = temporaryDir('certificates')
  const caFile = join(dir.path, 'ca.crt')
  const caKey = join(dir.path, 'ca.key')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const authority = ['-x509', '-subj', '/CN=tidemark test authority', '-days', DAYS]
  await run(openssl, ['req', ...key, ...authority, '-keyout', caKey, '-out', caFile])
  const sign = async (name: string, alternative: string): Promise<KeyPair> => {
    const file = (ending: string): string => join(dir.path, `${name}.${ending}`)
    const [certFile, keyFile] = [file('crt'), file('key')]
    const [request, extensions] = [file('csr'), file('ext')]
    writeFileSync(extensions, `subjectAltName=${alternative}\n`)
    await run(openssl, ['req', ...key, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request])
    const by = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-days', DAYS]
    await run(openssl, [
      'x509',
      '-req',
      '-in',
      request,
      ...by,
      '-extfile',
      extensions,
      '-out',
      certFile,
    ])
    return { certFile, keyFile }
  }
  return {
    caFile,
    server: await sign('server', 'DNS:localhost,IP:127.0.0.1'),
    client: (name, uri) => sign(name, uri === undefined ? `DNS:${name}` : `URI:${uri}`),
    [Symbol.dispose]: () => dir.remove(),
  }
}
