import { GitRefused } from '../git-refused.ts'
import { type Advertisement, RefCollector, type RefReading } from './advertisement.ts'
import { DELIMITER, FLUSH, type PacketReader, pktLine } from './pkt-line.ts'
import type { Ref } from './transport.ts'

const REF_LINE = /^(?<oid>[0-9a-f]{40}|[0-9a-f]{64}) (?<name>[^ ]+)(?<rest>(?: .*)?)$/
const PEELED = / peeled:(?<oid>[0-9a-f]{40})/

/** The request of `ls-refs` (gitprotocol-v2). */
export function listRefsBody(prefixes: readonly string[], server: Advertisement): string {
  return [
    pktLine('command=ls-refs\n'),
    ...(server.capabilities.has('agent') ? [pktLine('agent=tidemark\n')] : []),
    ...(server.capabilities.has('object-format') ? [pktLine('object-format=sha1\n')] : []),
    DELIMITER,
    pktLine('peel\n'),
    ...prefixes.map((prefix) => pktLine(`ref-prefix ${prefix}\n`)),
    FLUSH,
  ].join('')
}

/** Its answer. */
export async function readRefs(
  packets: PacketReader,
  { refsMax, serverSays }: RefReading,
): Promise<readonly Ref[]> {
  const refs = new RefCollector(refsMax)
  for (;;) {
    const line = await packets.line(serverSays)
    if (line === undefined) return refs.refs
    const groups = REF_LINE.exec(line)?.groups
    if (groups === undefined) {
      if (line.startsWith('unborn ')) continue
      throw new GitRefused(
        'SOURCE_PROTOCOL',
        `the server lists a ref that is not understood: ${JSON.stringify(line.slice(0, 80))}`,
      )
    }
    const peeled = PEELED.exec(groups['rest'] ?? '')?.groups?.['oid']
    refs.add(groups['name'] ?? '', groups['oid'] ?? '', peeled)
  }
}
