import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { accepts, Child, freePort, startIn, temporaryDir } from './child.ts'
import { program } from './component.ts'

export interface NatsOptions {
  /** Files in PEM; with `caFile`, clients must show a certificate of that authority. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile?: string }
  /** Further lines of the server's configuration file: accounts, users, permissions. */
  readonly config?: string
}

export interface NatsServer extends AsyncDisposable {
  /** `nats://127.0.0.1:<port>`, or `tls://localhost:<port>` with TLS. */
  readonly url: string
  /** The monitoring endpoint over HTTP (`/jsz`, `/healthz`). */
  readonly monitorUrl: string
  readonly log: () => string
  /** kill -9: what JetStream had not synced is the file system's to keep. */
  kill(): Promise<void>
  /** Starts the server again on the same port and directory. */
  restart(): Promise<void>
  /** Removes all that JetStream stored. Only after `kill`. */
  wipe(): void
}

/** A real nats-server with JetStream in a directory of its own. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const binary = program('nats-server')
  const dir = temporaryDir('nats')
  const [port, monitor] = [await freePort(), await freePort()]
  const store = join(dir.path, 'jetstream')
  mkdirSync(store)
  writeFileSync(join(dir.path, 'nats.conf'), configText({ port, monitor, store }, options))
  const child = new Child({
    name: 'nats-server',
    program: binary,
    args: ['-c', join(dir.path, 'nats.conf')],
    dir: dir.path,
    ready: async () =>
      (await fetch(`http://127.0.0.1:${monitor}/healthz`)).ok && (await accepts(port)),
    readyMs: 20_000,
  })
  const end = await startIn(dir, child)
  return {
    url: options.tls === undefined ? `nats://127.0.0.1:${port}` : `tls://localhost:${port}`,
    monitorUrl: `http://127.0.0.1:${monitor}`,
    log: () => child.log(),
    kill: () => child.stop('SIGKILL'),
    restart: () => child.start(),
    wipe: () => rmSync(store, { recursive: true, force: true }),
    [Symbol.asyncDispose]: end,
  }
}

function configText(
  {
    port,
    monitor,
    store,
  }: { readonly port: number; readonly monitor: number; readonly store: string },
  { tls, config }: NatsOptions,
): string {
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `http: "127.0.0.1:${monitor}"`,
    `jetstream { store_dir: "${store}" }`,
  ]
  if (tls !== undefined) {
    const ca = tls.caFile === undefined ? '' : `ca_file: "${tls.caFile}", verify: true`
    lines.push(`tls { cert_file: "${tls.certFile}", key_file: "${tls.keyFile}", ${ca} }`)
  }
  return `${[...lines, config ?? ''].join('\n')}\n`
}
