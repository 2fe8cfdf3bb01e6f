import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { SopsError } from './sops-error.ts'

/** The data key of a file as one recipient can open it. */
export interface WrappedKey {
  readonly kind: 'age' | 'pgp'
  /** An age recipient, or the fingerprint of an OpenPGP key. */
  readonly recipient: string
  /** The armoured message. */
  readonly message: string
}

/** What SOPS keeps in a file beside its values. */
export interface Metadata {
  readonly keys: readonly WrappedKey[]
  /** Keys that are somewhere else: `kms`, `gcp_kms`, `azure_kv`, `hc_vault`. */
  readonly remote: readonly string[]
  readonly mac: string
  readonly lastModified: string
  readonly macOnlyEncrypted: boolean
  readonly unencryptedSuffix: string
  readonly encryptedSuffix: string
  readonly unencryptedRegex: string
  readonly encryptedRegex: string
}

const REMOTE = ['kms', 'gcp_kms', 'azure_kv', 'hc_vault', 'hckms']
const SUFFIX = '_unencrypted' // SOPS's own, where a file says nothing.
const KEYS_MAX = 64

/** Reads the mapping `sops` of a file. @throws SopsError */
export function readMetadata(sops: YamlMap): Metadata {
  if (listAt(sops, 'key_groups').length > 0)
    throw unsupported('key groups with a threshold: encrypt it with keys of one group')
  for (const field of ['encrypted_comment_regex', 'unencrypted_comment_regex'])
    if (textAt(sops, field) !== '') throw unsupported(`${field}: use encrypted_regex`)
  const keys = [
    ...listAt(sops, 'age').map((key) => wrapped('age', key, 'recipient')),
    ...listAt(sops, 'pgp').map((key) => wrapped('pgp', key, 'fp')),
  ]
  if (keys.length > KEYS_MAX) throw unsupported(`${keys.length} keys; at most ${KEYS_MAX}`)
  const rules = {
    unencryptedSuffix: textAt(sops, 'unencrypted_suffix'),
    encryptedSuffix: textAt(sops, 'encrypted_suffix'),
    unencryptedRegex: textAt(sops, 'unencrypted_regex'),
    encryptedRegex: textAt(sops, 'encrypted_regex'),
  }
  const isSilent = Object.values(rules).every((rule) => rule === '')
  return {
    keys,
    remote: REMOTE.filter((name) => listAt(sops, name).length > 0),
    mac: textAt(sops, 'mac'),
    lastModified: textAt(sops, 'lastmodified'),
    macOnlyEncrypted: isTrue(sops.get('mac_only_encrypted')),
    ...rules,
    ...(isSilent ? { unencryptedSuffix: SUFFIX } : {}),
  }
}

/** The mapping `sops` of a dotenv file or of an INI section: names that say where in lists and mappings a text stands. */
export function unflatten(entries: Iterable<readonly [string, string]>): YamlMap {
  const whole = new Map<string, YamlValue>()
  const lists = new Map<string, Map<string, Map<string, YamlValue>>>()
  for (const [name, flat] of entries) {
    const value = flat.replaceAll('\\n', '\n')
    const [, list, index = '', field = ''] =
      /^(?<list>\w+?)__list_(?<index>\d+)__map_(?<field>\w+)$/u.exec(name) ?? []
    if (list === undefined) {
      whole.set(name, value)
      continue
    }
    const items = lists.get(list) ?? new Map<string, Map<string, YamlValue>>()
    lists.set(list, items)
    items.set(index, (items.get(index) ?? new Map<string, YamlValue>()).set(field, value))
  }
  for (const [list, items] of lists) whole.set(list, [...items.values()])
  return whole
}

function wrapped(kind: WrappedKey['kind'], key: YamlValue, id: string): WrappedKey {
  if (!isYamlMap(key)) throw new SopsError('SOPS_FORMAT', `sops.${kind} must be a list of mappings`)
  return { kind, recipient: textAt(key, id), message: textAt(key, 'enc') }
}

function unsupported(what: string): SopsError {
  return new SopsError('SOPS_UNSUPPORTED', `it was encrypted with what is not supported: ${what}`)
}

/** JSON and YAML have a boolean there, dotenv and INI its name. */
function isTrue(value: YamlValue | undefined): boolean {
  return value === true || value === 'true' || value === 'True'
}

function textAt(map: YamlMap, key: string): string {
  const value = map.get(key)
  return typeof value === 'string' ? value : ''
}

function listAt(map: YamlMap, key: string): readonly YamlValue[] {
  const value = map.get(key)
  return isYamlList(value) ? value : []
}
