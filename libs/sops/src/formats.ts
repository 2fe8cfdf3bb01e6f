import {
  isYamlList,
  isYamlMap,
  OrderedMap,
  parseYamlStream,
  type Printable,
  printYaml,
  YamlError,
  type YamlMap,
  type YamlValue,
} from '@tidemark/yaml'
import { unflatten } from './metadata.ts'
import { SopsError } from './sops-error.ts'

export type SopsFormat = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary'

/** A part of a file with one set of keys: a document, or the whole. */
export interface Part {
  readonly values: YamlMap
  /** `undefined` where it is not encrypted. */
  readonly sops: YamlMap | undefined
}

/** What a file is, if SOPS encrypted it: by the marks that SOPS leaves, and by its name where two formats are alike. */
export function formatOf(name: string, text: string): SopsFormat | undefined {
  if (/^sops_mac=ENC\[/mu.test(text)) return 'dotenv'
  if (/^\[sops\]$/mu.test(text) && /^mac\s*=\s*ENC\[/mu.test(text)) return 'ini'
  if (!/"?mac"?: "?ENC\[/u.test(text)) return undefined
  if (!text.trimStart().startsWith('{')) return 'yaml'
  return /\.(?:json|dockerconfigjson)$/u.test(name) ? 'json' : 'binary'
}

/** @throws SopsError */
export function readParts(format: SopsFormat, text: string): readonly Part[] {
  switch (format) {
    case 'dotenv':
      return [readDotenv(text)]
    case 'ini':
      return [readIni(text)]
    default:
      return readDocuments(text)
  }
}

/** The file in clear. @throws SopsError */
export function printParts(format: SopsFormat, parts: readonly YamlMap[]): string {
  const [first = new Map<string, YamlValue>()] = parts
  switch (format) {
    case 'dotenv':
      return printDotenv(first)
    case 'ini':
      return printIni(first)
    case 'json':
      return `${jsonText(first)}\n`
    case 'binary': {
      const data = first.get('data')
      // A file of JSON without a name that says so: SOPS prints the mapping.
      return typeof data === 'string' && first.size === 1
        ? data
        : `${jsonText(first)}
`
    }
    default:
      return parts.map((part) => printYaml(inOrder(part), 'yaml3')).join('---\n')
  }
}

function readDocuments(text: string): readonly Part[] {
  try {
    const values = parseYamlStream(text, { flavour: 'yaml3', duplicateKeys: 'error' })
    return values.filter(isYamlMap).map((value) => {
      const sops = value.get('sops')
      const isEncrypted = isYamlMap(sops) && typeof sops.get('mac') === 'string'
      return isEncrypted
        ? { values: without(value, 'sops'), sops }
        : { values: value, sops: undefined }
    })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new SopsError('SOPS_FORMAT', `it cannot be read: ${error.message}`, { cause: error })
  }
}

function without(map: YamlMap, name: string): YamlMap {
  return new Map([...map].filter(([key]) => key !== name))
}

function readDotenv(text: string): Part {
  const values = new Map<string, YamlValue>()
  const sops: [string, string][] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    if (at === -1) throw new SopsError('SOPS_FORMAT', `line ${index + 1} has no "="`)
    const [name, value] = [line.slice(0, at), line.slice(at + 1)]
    if (name.startsWith('sops_')) sops.push([name.slice('sops_'.length), value])
    else values.set(name, value.replaceAll('\\n', '\n'))
  }
  return { values, sops: unflatten(sops) }
}

function printDotenv(values: YamlMap): string {
  const lines = [...values].map(
    ([name, value]) => `${name}=${textOf(value).replaceAll('\n', '\\n')}\n`,
  )
  return lines.join('')
}

function readIni(text: string): Part {
  const sections = new Map<string, Map<string, YamlValue>>()
  let section = 'DEFAULT'
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue
    const [, named] = /^\[(?<named>.+)\]$/u.exec(line) ?? []
    if (named !== undefined) {
      section = named
      sections.set(section, sections.get(section) ?? new Map())
      continue
    }
    const at = line.indexOf('=')
    if (at === -1) throw new SopsError('SOPS_FORMAT', `line ${index + 1} has no "="`)
    const value = line
      .slice(at + 1)
      .trim()
      .replace(/^`(?<inner>[^]*)`$/u, '$<inner>')
    sections.set(section, (sections.get(section) ?? new Map()).set(line.slice(0, at).trim(), value))
  }
  const flat = [...(sections.get('sops') ?? [])].map(
    ([name, value]) => [name, textOf(value)] as const,
  )
  sections.delete('sops')
  return { values: sections, sops: unflatten(flat) }
}

/** As SOPS writes it: names of a section padded to one width. */
function printIni(values: YamlMap): string {
  const sections = [...values].map(([name, section]) => {
    const entries = isYamlMap(section) ? [...section] : []
    const width = Math.max(...entries.map(([key]) => key.length), 0)
    const lines = entries.map(([key, value]) => `${key.padEnd(width)} = ${textOf(value)}\n`)
    return `[${name}]\n${lines.join('')}`
  })
  return sections.join('\n')
}

function textOf(value: YamlValue): string {
  return typeof value === 'string' ? value : jsonText(value)
}

/** Names in the order of the file: a value that is made of it is that which Flux makes. */
function inOrder(value: YamlValue): Printable {
  if (isYamlMap(value))
    return new OrderedMap([...value].map(([name, each]) => [name, inOrder(each)]))
  return isYamlList(value) ? value.map(inOrder) : value
}

function jsonText(value: YamlValue, indent = '\n'): string {
  const deeper = `${indent}\t`
  if (isYamlMap(value)) {
    if (value.size === 0) return '{}'
    const fields = [...value].map(
      ([name, each]) => `${deeper}${JSON.stringify(name)}: ${jsonText(each, deeper)}`,
    )
    return `{${fields.join(',')}${indent}}`
  }
  if (isYamlList(value)) {
    if (value.length === 0) return '[]'
    return `[${value.map((each) => `${deeper}${jsonText(each, deeper)}`).join(',')}${indent}]`
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
