import { during, KustomizeError } from '../kustomize-error.ts'
import type { GeneratorArgs } from '../kustomization/model.ts'
import type { Digest, Loader } from '../target/loader.ts'
import { isUtf8 } from 'node:buffer'

/** A key and the bytes of its value. */
export interface KeyValue {
  readonly key: string
  readonly value: Uint8Array
}

// bufio.Scanner, with which upstream reads lines, gives up at 64 KiB, silently.
const LINE_BYTES_MAX = 64 * 1024

/** Reads the sources of a generator: `envs`, then `literals`, then `files`. @throws KustomizeError */
export function readKeyValues(args: GeneratorArgs, loader: Loader): readonly KeyValue[] {
  const { envs = [], literals = [], files = [] } = args
  return during('loading KV pairs', () => [
    ...during(`env source files: [${envs.join(' ')}]`, () =>
      envs.flatMap((path) => fromLines(loader.load(path))),
    ),
    ...during(`literal sources [${literals.join(' ')}]`, () => literals.map(fromLiteral)),
    ...during(`file sources: [${files.join(' ')}]`, () =>
      files.map((file) => fromFile(file, loader)),
    ),
  ])
}

/** The digests of the files that a generator reads; `undefined` where one cannot be read, which reading them tells. */
export function digestsOf(
  { envs = [], files = [] }: GeneratorArgs,
  loader: Loader,
): readonly Digest[] | undefined {
  try {
    return [...envs, ...files.map((file) => splitFileSource(file).path)].map((path) =>
      loader.digest(path),
    )
  } catch (error) {
    if (error instanceof KustomizeError) return undefined
    throw error
  }
}

function fromLiteral(source: string): KeyValue {
  const equals = source.indexOf('=')
  if (equals <= 0)
    throw new KustomizeError(
      'KUSTOMIZE_GENERATOR',
      `invalid literal source ${source}, expected key=value`,
    )
  return { key: source.slice(0, equals), value: Buffer.from(unquoted(source.slice(equals + 1))) }
}

function unquoted(value: string): string {
  const first = value.charAt(0)
  const isQuoted = value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first)
  return isQuoted ? value.slice(1, -1) : value
}

function fromFile(source: string, loader: Loader): KeyValue {
  const { key, path } = splitFileSource(source)
  return { key, value: loader.load(path) }
}

function splitFileSource(source: string): { key: string; path: string } {
  const parts = source.split('=')
  const [key = '', path] = parts
  if (path === undefined) return { key: baseName(source), path: source }
  if (parts.length > 2)
    throw new KustomizeError(
      'KUSTOMIZE_GENERATOR',
      `source ${JSON.stringify(source)} key name or file path contains '='`,
    )
  if (key === '')
    throw new KustomizeError(
      'KUSTOMIZE_GENERATOR',
      `missing key name for file path ${JSON.stringify(path)} in source ${JSON.stringify(source)}`,
    )
  if (path === '')
    throw new KustomizeError(
      'KUSTOMIZE_GENERATOR',
      `missing file path for key name ${JSON.stringify(key)} in source ${JSON.stringify(source)}`,
    )
  return { key, path }
}

// Go's path.Base.
function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  if (trimmed === '') return path === '' ? '.' : '/'
  return trimmed.slice(trimmed.lastIndexOf('/') + 1)
}

/** The lines of an env file: `KEY=value`, `KEY`, comments. */
function fromLines(content: Uint8Array): readonly KeyValue[] {
  const pairs: KeyValue[] = []
  for (const [number, line] of lines(content).entries()) {
    if (!isUtf8(line))
      throw new KustomizeError(
        'KUSTOMIZE_GENERATOR',
        `line [${line.join(' ')}] has invalid utf8 bytes : ${Buffer.from(line).toString()}`,
      )
    const text = Buffer.from(line)
      .toString()
      .replace(number === 0 ? /^\ufeff/ : /^$/, '')
    const start = text.replace(/^[\s\u0085]+/, '')
    if (start === '' || start.startsWith('#')) continue
    const equals = start.indexOf('=')
    const key = equals < 0 ? start : start.slice(0, equals)
    if (key === '') continue
    pairs.push({ key, value: Buffer.from(equals < 0 ? '' : start.slice(equals + 1)) })
  }
  return pairs
}

function lines(content: Uint8Array): readonly Uint8Array[] {
  const result: Uint8Array[] = []
  let from = 0
  while (from < content.length) {
    const end = content.indexOf(0x0a, from)
    const to = end < 0 ? content.length : end
    if (to - from >= LINE_BYTES_MAX) return result
    result.push(content.subarray(from, to > from && content[to - 1] === 0x0d ? to - 1 : to))
    from = to + 1
  }
  return result
}
