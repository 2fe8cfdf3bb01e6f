import { GitRefused } from '../git-refused.ts'
import type { Advertisement } from './advertisement.ts'
import { DELIMITER, FLUSH, packetText, type PacketReader, pktLine } from './pkt-line.ts'
import type { PackRequest } from './transport.ts'

export interface PackReading {
  readonly server: Advertisement
  readonly depth: number
  readonly serverSays: (text: string) => Error
}

const DATA = 1
const PROGRESS = 2
const HAVE_MAX = 16 // What a store holds; the newest one or two decide.
const FILTERS = {
  everything: [],
  commits: ['filter tree:0\n'],
  folders: ['filter blob:none\n'],
} as const

/**
 * The request for a pack. Everything that we have is said at once and the negotiation closed, so that it is
 * one request: gitprotocol-v2 "fetch", or gitprotocol-pack for version 0.
 */
export function packBody(request: PackRequest, server: Advertisement): string {
  return server.version === 2 ? version2Body(request, server) : version0Body(request, server)
}

/** Whether the server can leave files out of a pack. */
function canFilter(server: Advertisement): boolean {
  return server.version === 2
    ? (server.capabilities.get('fetch') ?? '').split(' ').includes('filter')
    : server.capabilities.has('filter')
}

/** The pack of an answer, unwrapped. */
export async function* readPack(
  packets: PacketReader,
  reading: PackReading,
): AsyncGenerator<Uint8Array> {
  if (reading.server.version === 2) await skipSections(packets, reading)
  else await skipNegotiation(packets, reading)
  for (;;) {
    const packet = await packets.next()
    if (packet.kind === 'end')
      throw new GitRefused('GIT_PACK', 'the pack of the server ends before its end')
    if (packet.kind !== 'data') return packets.drain()
    const [band] = packet.bytes
    if (band === DATA) yield packet.bytes.subarray(1)
    else if (band !== PROGRESS) throw reading.serverSays(packetText(packet.bytes.subarray(1)))
  }
}

function version2Body(request: PackRequest, server: Advertisement): string {
  const filter = canFilter(server) ? FILTERS[request.content] : []
  return [
    pktLine('command=fetch\n'),
    ...(server.capabilities.has('agent') ? [pktLine('agent=tidemark\n')] : []),
    ...(server.capabilities.has('object-format') ? [pktLine('object-format=sha1\n')] : []),
    DELIMITER,
    ...(request.thinPacks === 'understood' ? [pktLine('thin-pack\n')] : []),
    pktLine('ofs-delta\n'),
    pktLine('no-progress\n'),
    ...wants(request, '', filter),
    ...haves(request),
    pktLine('done\n'),
    FLUSH,
  ].join('')
}

function version0Body(request: PackRequest, server: Advertisement): string {
  const offered = server.capabilities
  if (!offered.has('side-band-64k'))
    throw new GitRefused(
      'SOURCE_PROTOCOL',
      'the server is too old: it does not offer side-band-64k',
    )
  const asked = [
    ...(offered.has('multi_ack_detailed') ? ['multi_ack_detailed'] : []),
    'side-band-64k',
    ...(offered.has('thin-pack') && request.thinPacks === 'understood' ? ['thin-pack'] : []),
    ...(offered.has('ofs-delta') ? ['ofs-delta'] : []),
    ...(offered.has('no-progress') ? ['no-progress'] : []),
  ]
  // What was left out is asked for by its id later, which servers of this version must allow.
  const isLost = request.content === 'folders' && !offered.has('allow-reachable-sha1-in-want')
  const filter = canFilter(server) && !isLost ? FILTERS[request.content] : []
  if (filter.length > 0) asked.push('filter')
  return [
    ...wants(request, ` ${asked.join(' ')}`, filter),
    FLUSH,
    ...haves(request),
    pktLine('done\n'),
  ].join('')
}

function wants(
  { want, have, depth }: PackRequest,
  capabilities: string,
  filter: readonly string[],
): readonly string[] {
  return [
    ...want.map((oid, index) => pktLine(`want ${oid}${index === 0 ? capabilities : ''}\n`)),
    ...have.slice(0, HAVE_MAX).map((oid) => pktLine(`shallow ${oid}\n`)),
    ...(depth > 0 ? [pktLine(`deepen ${depth}\n`)] : []),
    ...filter.map((line) => pktLine(line)),
  ]
}

function haves({ have }: PackRequest): readonly string[] {
  return have.slice(0, HAVE_MAX).map((oid) => pktLine(`have ${oid}\n`))
}

/** Skips what comes before the pack in version 2: what became shallow, which we know. */
async function skipSections(packets: PacketReader, { serverSays }: PackReading): Promise<void> {
  for (;;) {
    const packet = await packets.next()
    if (packet.kind === 'delimiter') continue
    if (packet.kind !== 'data')
      throw new GitRefused('GIT_PACK', 'the server answers without a pack')
    const text = packetText(packet.bytes)
    if (text.startsWith('ERR ')) throw serverSays(text.slice(4))
    if (text === 'packfile') return
  }
}

/** Skips the same in version 0: shallow lines up to a flush, then acknowledgements up to the last one. */
async function skipNegotiation(
  packets: PacketReader,
  { depth, serverSays }: PackReading,
): Promise<void> {
  if (depth > 0) while ((await packets.line(serverSays)) !== undefined);
  for (;;) {
    const line = await packets.line(serverSays)
    if (line === undefined) throw new GitRefused('GIT_PACK', 'the server answers without a pack')
    if (line === 'NAK' || /^ACK [0-9a-f]{40}$/.test(line)) return
  }
}
