import {
  GeneratedMemory,
  type GeneratedEntry,
  type GeneratedSources,
  type GeneratedValues,
} from '@tidemark/go-template'
import { isYamlList, isYamlMap, parseYamlStream, type YamlValue } from '@tidemark/yaml'

export interface SeedInput {
  /** The manifests that the chart renders to with these generated values, as YAML. */
  readonly render: (generated: GeneratedValues) => readonly string[]
  /** The manifest that Helm has recorded of what runs. */
  readonly live: string
  /** Of the release: that of objects which name none. */
  readonly namespace: string
  readonly sources: GeneratedSources
}

export type Seeded =
  | { readonly kind: 'seeded'; readonly entries: readonly GeneratedEntry[] }
  /** Fields that the chart generates, and which could not be made to be what runs. */
  | { readonly kind: 'refused'; readonly fields: readonly string[] }

const ROUNDS_MAX = 8 // A certificate of an authority of an authority: nobody goes deeper.
const FIELDS_MAX = 20
/** What charts put there to have Pods made anew at each release: nobody signs in with it. */
const HARMLESS = /[ .]metadata\.(?:annotations|labels)\./u

/**
 * Finds the values that a chart had generated when what runs was installed, so that the next render has them again: a
 * value that is drawn anew shows where it ends up, and there the old one stands. What depends on another one (a
 * certificate on its authority, a hash on its password) is found in the round after it. Pure, but for the sources.
 */
export function seedGenerated({ render, live, namespace, sources }: SeedInput): Seeded {
  const running = leavesOf([live], namespace)
  const draw = (known: readonly GeneratedEntry[]): Drawn => {
    const memory = new GeneratedMemory(sources, known)
    const leaves = leavesOf(render(memory), namespace)
    return { leaves, entries: memory.entries }
  }
  const known: GeneratedEntry[] = []
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const drawn = draw(known)
    if (drawn.entries.length === 0) return { kind: 'seeded', entries: [] }
    const found = foundIn(drawn, { running, known })
    if (found.length === 0) break
    known.push(...found)
  }
  const first = draw(known)
  const fields = refusedFields([draw([]), draw([]), first], running)
  return fields.length === 0
    ? { kind: 'seeded', entries: first.entries }
    : { kind: 'refused', fields: fields.slice(0, FIELDS_MAX) }
}

interface Drawn {
  /** `<kind>/<namespace>/<name> <path>` -> text. */
  readonly leaves: ReadonlyMap<string, string>
  readonly entries: readonly GeneratedEntry[]
}

/** What is generated, runs, and is not what runs: not even with all that was found. */
function refusedFields(
  [one, other, last]: readonly [Drawn, Drawn, Drawn],
  running: ReadonlyMap<string, string>,
): readonly string[] {
  return [...last.leaves].flatMap(([field, text]) => {
    const isGenerated = one.leaves.get(field) !== other.leaves.get(field) && !HARMLESS.test(field)
    const runs = running.get(field)
    return isGenerated && runs !== undefined && runs !== text ? [field] : []
  })
}

function foundIn(
  { leaves, entries }: Drawn,
  {
    running,
    known,
  }: { readonly running: ReadonlyMap<string, string>; readonly known: readonly GeneratedEntry[] },
): readonly GeneratedEntry[] {
  const keys = new Set(known.map(keyOf))
  const pieces = entries
    .filter((entry) => !keys.has(keyOf(entry)))
    .flatMap((entry) => piecesOf(entry).map((text, index) => ({ entry, text, index })))
    .filter(({ text }) => text !== '')
  const values = new Map<GeneratedEntry, Map<number, string>>()
  for (const [field, text] of leaves) {
    const runs = running.get(field)
    const inside = pieces.filter((piece) => text.includes(piece.text))
    const [piece] = inside
    // Two in one text could be cut in more than one way; each of them mostly stands alone elsewhere.
    if (runs === undefined || piece === undefined || inside.length > 1) continue
    const value = between(runs, text.split(piece.text))
    if (value === undefined) continue
    const parts = values.get(piece.entry) ?? new Map<number, string>()
    values.set(piece.entry, parts.set(piece.index, value))
  }
  return [...values].map(([entry, parts]) => withParts(entry, parts))
}

/** What stands in a text where the generated one stood, once, between what is before and behind it. */
function between(text: string, around: readonly string[]): string | undefined {
  const [before = '', behind = '', ...more] = around
  const fits = text.startsWith(before) && text.endsWith(behind)
  if (!fits || more.length > 0 || text.length < before.length + behind.length) return undefined
  return text.slice(before.length, text.length - behind.length)
}

/** A certificate and its key are remembered together, and stand apart. */
function piecesOf({ value }: GeneratedEntry): readonly string[] {
  return pairIn(value)?.map(textOf) ?? [textOf(value)]
}

function withParts(entry: GeneratedEntry, parts: ReadonlyMap<number, string>): GeneratedEntry {
  const pair = pairIn(entry.value)
  if (pair === undefined) return { ...entry, value: bytesOf(parts.get(0) ?? '') }
  const found = pair.map((part, index) => {
    const text = parts.get(index)
    return text === undefined ? part : bytesOf(text)
  })
  return { ...entry, value: JSON.stringify(found) }
}

function pairIn(value: string): readonly string[] | undefined {
  if (!value.startsWith('["')) return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string')
      ? parsed
      : undefined
  } catch {
    return undefined
  }
}

function keyOf({ template, function: name, argumentsDigest, ordinal }: GeneratedEntry): string {
  return JSON.stringify([template, name, argumentsDigest, ordinal])
}

/** All texts of all objects by where they stand; what a Secret holds as it is meant, not in base64. */
function leavesOf(manifests: readonly string[], namespace: string): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>()
  for (const manifest of manifests)
    for (const object of parseYamlStream(manifest, {
      flavour: 'yaml2',
      duplicateKeys: 'last-wins',
    }))
      if (isYamlMap(object)) collect(object, `${nameOf(object, namespace)} `, leaves)
  return leaves
}

function nameOf(object: YamlValue, ofRelease: string): string {
  const metadata = memberOf(object, 'metadata')
  const namespace = scalarText(memberOf(metadata, 'namespace')) || ofRelease
  const name = scalarText(memberOf(metadata, 'name'))
  return `${scalarText(memberOf(object, 'kind'))}/${namespace}/${name}`
}

function memberOf(value: YamlValue, key: string): YamlValue {
  return isYamlMap(value) ? (value.get(key) ?? '') : ''
}

function scalarText(value: YamlValue): string {
  return isYamlMap(value) || isYamlList(value) || value === null ? '' : String(value)
}

function collect(value: YamlValue, path: string, leaves: Map<string, string>): void {
  if (isYamlMap(value)) {
    const isSecret = value.get('kind') === 'Secret'
    for (const [key, member] of value) {
      if (isSecret && key === 'data') collectSecret(member, `${path}data`, leaves)
      else collect(member, joined(path, isSecret && key === 'stringData' ? 'data' : key), leaves)
    }
  } else if (isYamlList(value))
    for (const [index, item] of value.entries()) collect(item, `${path}[${index}]`, leaves)
  else if (value !== null) leaves.set(path, scalarText(value))
}

function collectSecret(data: YamlValue, path: string, leaves: Map<string, string>): void {
  if (!isYamlMap(data)) return
  for (const [key, value] of data)
    leaves.set(joined(path, key), Buffer.from(scalarText(value), 'base64').toString('utf8'))
}

function joined(path: string, key: string): string {
  return path.endsWith(' ') ? `${path}${key}` : `${path}.${key}`
}

/** Values of templates are bytes, each a character; YAML is text. */
function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
