import { GitRefused } from '../git-refused.ts'
import { isRefname } from '../refname.ts'
import type { PacketReader } from './pkt-line.ts'
import type { Ref } from './transport.ts'

/** What a server says first: what it can do, and by version 0 every ref that it has. */
export type Advertisement =
  | { readonly version: 2; readonly capabilities: ReadonlyMap<string, string> }
  | {
      readonly version: 0
      readonly capabilities: ReadonlyMap<string, string>
      readonly refs: readonly Ref[]
    }

export interface RefReading {
  readonly refsMax: number
  readonly serverSays: (text: string) => Error
}

const REF_LINE = /^(?<oid>[0-9a-f]{40}|[0-9a-f]{64}) (?<name>[^\0]+)(?:\0(?<capabilities>.*))?$/s
const CAPABILITIES_MAX = 100 // Git's own servers name some twenty.

/** Reads the answer of `info/refs` (gitprotocol-http, "Smart Clients"; gitprotocol-v2, "Initial Request"). */
export async function readAdvertisement(
  packets: PacketReader,
  { refsMax, serverSays }: RefReading,
): Promise<Advertisement> {
  let first = await packets.line(serverSays)
  if (first?.startsWith('# service=') === true) {
    await packets.line(serverSays) // The flush after the service.
    first = await packets.line(serverSays)
  }
  if (first === 'version 2') return readVersion2(packets, serverSays)
  if (first === 'version 1') first = await packets.line(serverSays)
  const refs = new RefCollector(refsMax)
  let capabilities: ReadonlyMap<string, string> = new Map()
  for (let line = first; line !== undefined; line = await packets.line(serverSays)) {
    const groups = REF_LINE.exec(line)?.groups
    if (groups === undefined) {
      if (/^shallow [0-9a-f]{40}$/.test(line)) continue
      throw notUnderstood(line)
    }
    if (groups['capabilities'] !== undefined)
      capabilities = readCapabilities(groups['capabilities'].split(' '))
    refs.add(groups['name'] ?? '', groups['oid'] ?? '')
  }
  checkFormat(capabilities)
  return { version: 0, capabilities, refs: refs.refs }
}

async function readVersion2(
  packets: PacketReader,
  serverSays: (text: string) => Error,
): Promise<Advertisement> {
  const lines: string[] = []
  for (;;) {
    const line = await packets.line(serverSays)
    if (line === undefined) break
    lines.push(line)
    if (lines.length > CAPABILITIES_MAX) throw notUnderstood('more than 100 capabilities')
  }
  const capabilities = readCapabilities(lines)
  checkFormat(capabilities)
  if (!capabilities.has('ls-refs') || !capabilities.has('fetch'))
    throw notUnderstood('neither ls-refs nor fetch')
  return { version: 2, capabilities }
}

/** Collects refs and folds `name^{}` of version 0 into the ref before it. */
export class RefCollector {
  readonly #refs: Ref[] = []
  readonly #refsMax: number
  #count = 0

  constructor(refsMax: number) {
    this.#refsMax = refsMax
  }

  get refs(): readonly Ref[] {
    return this.#refs
  }

  add(name: string, oid: string, peeled?: string): void {
    this.#count += 1
    if (this.#count > this.#refsMax)
      throw new GitRefused(
        'SOURCE_REFS',
        `the repository has more than ${this.#refsMax} refs; delete old ones, or raise the limit`,
      )
    if (oid.length !== 40) throw refusedFormat('sha256')
    if (name === 'capabilities^{}') return // How version 0 says that there is no ref.
    const last = this.#refs.at(-1)
    if (last !== undefined && name === `${last.name}^{}`)
      this.#refs[this.#refs.length - 1] = { ...last, peeled: oid }
    // What Git would not take as a ref is nobody's; it never becomes a label, a path or an argument.
    else if (isRefname(name))
      this.#refs.push({ name, oid, ...(peeled === undefined ? {} : { peeled }) })
  }
}

function readCapabilities(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.map((word) => {
      const equals = word.indexOf('=')
      return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)]
    }),
  )
}

function checkFormat(capabilities: ReadonlyMap<string, string>): void {
  const format = capabilities.get('object-format')
  if (format !== undefined && format !== 'sha1') throw refusedFormat(format)
}

function refusedFormat(format: string): GitRefused {
  return new GitRefused(
    'SOURCE_OBJECT_FORMAT',
    `the repository names its objects by ${JSON.stringify(format.slice(0, 20))}; only sha1 is supported, as in Flux`,
  )
}

function notUnderstood(line: string): GitRefused {
  return new GitRefused(
    'SOURCE_PROTOCOL',
    `the server speaks Git in a way that is not understood: ${JSON.stringify(line.slice(0, 80))}`,
  )
}
