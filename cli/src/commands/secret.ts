import type { SecretView } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { readFile } from 'node:fs/promises'
import { connect } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { formatAge, formatTable, print, type Column } from '../client/print.ts'
import { choiceOf, type OutputOptions } from './options.ts'

const VALUE_BYTES_MAX = 1024 * 1024 // As the API server has it for a whole Secret.

export interface SecretOptions extends OutputOptions {
  readonly cluster: string
  readonly namespace: string
  readonly fromFile: readonly string[]
  readonly fromLiteral: readonly string[]
  readonly fromStdin?: string
  readonly unset?: boolean
}

/** `tidemark secret set NAME`: values that Flux objects name, for where their cluster has none. */
export async function setSecret(name: string, options: SecretOptions): Promise<void> {
  const { cluster, namespace } = options
  const place = { cluster, namespace, name, requestId: '' }
  using api = await connect(choiceOf(options))
  if (options.unset === true) {
    const accepted = await api.call(api.raw.unsetSecret, place)
    const text = (): string => `${namespace}/${name} of ${cluster} is set no longer`
    return print(options.output, { value: accepted, text })
  }
  const values = await valuesOf(options)
  const accepted = await api.call(api.raw.setSecret, { ...place, values: [...values] })
  const keys = values.map(({ key }) => key).join(', ')
  print(options.output, {
    value: accepted,
    text: () => `${namespace}/${name} of ${cluster} is set: ${keys} (event ${accepted.position})`,
  })
}

interface Value {
  readonly key: string
  readonly value: Buffer
}

async function valuesOf(options: SecretOptions): Promise<readonly Value[]> {
  const { fromFile, fromLiteral, fromStdin } = options
  const values = [
    ...(await Promise.all(fromFile.map(fileValue))),
    ...fromLiteral.map(literalValue),
    ...(fromStdin === undefined ? [] : [{ key: fromStdin, value: await readStdin() }]),
  ]
  if (values.length === 0)
    throw new CommandError(
      'give values: --from-file KEY=FILE, --from-stdin KEY or --from-literal KEY=VALUE (which others on this machine may see)',
      EXIT.usage,
    )
  const large = values.find(({ value }) => value.length > VALUE_BYTES_MAX)
  if (large !== undefined)
    throw new CommandError(
      `the value of ${large.key} has ${large.value.length} bytes; at most ${VALUE_BYTES_MAX} are kept`,
      EXIT.usage,
    )
  return values
}

async function fileValue(text: string): Promise<Value> {
  const [key, path] = halves(text, '--from-file')
  try {
    return { key, value: await readFile(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new CommandError(`--from-file ${text}: ${path} cannot be read: ${code}`, EXIT.usage)
  }
}

function literalValue(text: string): Value {
  const [key, value] = halves(text, '--from-literal')
  return { key, value: Buffer.from(value, 'utf8') }
}

function halves(text: string, option: string): readonly [string, string] {
  const at = text.indexOf('=')
  // The text may be the secret itself: it is not repeated.
  if (at < 1) throw new CommandError(`${option} takes KEY=..., such as password=...`, EXIT.usage)
  return [text.slice(0, at), text.slice(at + 1)]
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** `tidemark secret list`: names and keys; values can be set and never read. */
export async function listSecrets(
  options: OutputOptions & { readonly cluster?: string },
): Promise<void> {
  using api = await connect(choiceOf(options))
  const { secrets } = await api.call(api.raw.listSecrets, { cluster: options.cluster ?? '' })
  print(options.output, {
    value: { kind: 'List', items: secrets },
    text: () =>
      secrets.length === 0
        ? 'no source names a Secret, and none was set'
        : formatTable(COLUMNS, secrets, { form: options.output.kind, stream: process.stdout }),
    names: () => secrets.map(({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`),
  })
}

const COLUMNS: readonly Column<SecretView>[] = [
  { title: 'CLUSTER', value: ({ cluster }) => cluster },
  { title: 'NAMESPACE', value: ({ namespace }) => namespace },
  { title: 'NAME', value: ({ name }) => name },
  {
    title: 'USED',
    value: ({ used }) => used || 'none',
    tone: ({ used }) => (used === '' ? 'busy' : 'good'),
  },
  { title: 'SET KEYS', value: ({ setKeys }) => setKeys.join(',') },
  { title: 'SET', value: ({ setAtMs }) => formatAge(setAtMs, systemClock.now()) },
  { title: 'CLUSTER KEYS', value: ({ clusterKeys }) => clusterKeys.join(',') },
  { title: 'MESSAGE', value: ({ message }) => message, wide: 'wide' },
]
