import { isYamlMap, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { decryptValues } from './decrypt-values.ts'
import { formatOf, printParts, readParts, type Part } from './formats.ts'
import { readMetadata, type Metadata, type WrappedKey } from './metadata.ts'
import { SopsError } from './sops-error.ts'

/** A file that SOPS encrypted. */
export interface SopsFile {
  /** What has to be unwrapped before it can be decrypted: one set of keys for each data key in the file. */
  readonly sets: readonly KeySet[]
  /** The file in clear, with a data key for each set, in their order; `onSecret` is told each text that was encrypted. @throws SopsError also where the MAC does not fit */
  decrypt(dataKeys: readonly Uint8Array[], onSecret?: (value: string) => void): Uint8Array
}

/** The ways to one data key: any of its keys opens it. */
export interface KeySet {
  /** The same for the same data key. */
  readonly id: string
  readonly keys: readonly WrappedKey[]
  /** Kinds of keys that are in a cloud or a vault. */
  readonly remote: readonly string[]
}

const DISABLED = 'kustomize.toolkit.fluxcd.io/decrypt'

interface EncryptedPart {
  readonly part: Part
  readonly metadata: Metadata
}

/** Reads a file; `undefined` where SOPS did not encrypt it, or nothing in it is to be decrypted. @throws SopsError */
export function readSops(name: string, bytes: Uint8Array): SopsFile | undefined {
  const text = Buffer.from(bytes).toString('utf8')
  const format = formatOf(name, text)
  if (format === undefined) return undefined
  const parts = readParts(format, text)
  const encrypted = new Map<Part, EncryptedPart>()
  for (const part of parts)
    if (part.sops !== undefined && !isDisabled(part.values))
      encrypted.set(part, { part, metadata: readMetadata(part.sops) })
  // SOPS gives the documents of one file one MAC; documents that were put together later have their own.
  const groups = Map.groupBy(encrypted.values(), ({ metadata }) => metadata.mac)
  if (groups.size === 0) return undefined
  const sets = [...groups.values()].map(([first]) => setOf(first))
  return {
    sets,
    decrypt: (dataKeys, onSecret = () => undefined) => {
      const clear = new Map<Part, YamlMap>()
      for (const [index, group] of [...groups.values()].entries()) {
        const key = dataKeys[index]
        const [first] = group
        if (key === undefined || first === undefined)
          throw new SopsError('SOPS_KEY', 'a data key was not given')
        const values = decryptValues(
          group.map(({ part }) => part.values),
          { metadata: first.metadata, key, onSecret },
        )
        for (const [at, { part }] of group.entries()) clear.set(part, values[at] ?? part.values)
      }
      const whole = parts.map((part) => clear.get(part) ?? restored(part))
      return Buffer.from(printParts(format, whole))
    },
  }
}

function setOf(first: EncryptedPart | undefined): KeySet {
  const { keys = [], remote = [] } = first?.metadata ?? {}
  return { id: keys.map(({ message }) => message).join('\n'), keys, remote }
}

/** A part that is left as it is. */
function restored({ values, sops }: Part): YamlMap {
  return sops === undefined ? values : new Map<string, YamlValue>([...values, ['sops', sops]])
}

function isDisabled(values: YamlMap): boolean {
  const metadata = values.get('metadata')
  const annotations = isYamlMap(metadata) ? metadata.get('annotations') : undefined
  const value = isYamlMap(annotations) ? annotations.get(DISABLED) : undefined
  return typeof value === 'string' && value.toLowerCase() === 'disabled'
}
