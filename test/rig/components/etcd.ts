import { join } from 'node:path'

import { Child, freePort, temporaryDir } from './child.ts'
import { program } from './component.ts'

export interface Etcd extends AsyncDisposable {
  readonly url: string
}

/** One etcd without sync to disk: for tests only. Several API servers share it, each under its own prefix. */
export async function startEtcd(): Promise<Etcd> {
  const binary = program('etcd')
  const dir = temporaryDir('etcd')
  const url = `http://127.0.0.1:${await freePort()}`
  const peer = `http://127.0.0.1:${await freePort()}`
  const child = new Child({
    name: 'etcd',
    program: binary,
    args: [
      ['--name', 'test', '--data-dir', join(dir.path, 'data'), '--unsafe-no-fsync'],
      ['--listen-client-urls', url, '--advertise-client-urls', url],
      ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ['--initial-cluster', `test=${peer}`, '--log-level', 'warn'],
    ].flat(),
    dir: dir.path,
    ready: async () => (await fetch(`${url}/health`)).ok,
    readyMs: 30_000,
  })
  await child.start()
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      await child.stop('SIGKILL')
      dir.remove()
    },
  }
}
