import type { Writer } from '@tidemark/contracts'

/** Who asks: a service, and the one cluster that it is confined to, or `_`. */
export interface LedgerIdentity {
  readonly writer: Writer
  readonly scope: string
}

/**
 * Whether a cursor, a lease or a reactor is a service's own: those whose name begins with the service's, as
 * `releaser`, `releaser-0`, `gateway-views`, `applier-<cluster>`.
 */
export function owns(writer: Writer, name: string): boolean {
  return name === writer || name.startsWith(`${writer}-`)
}
