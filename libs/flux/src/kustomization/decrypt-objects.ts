import type { BuiltObject } from '@tidemark/kustomize'
import { isYamlMap, printYaml, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { isRecord } from '../fields.ts'
import { textOf } from '../flux-object.ts'
import type { Reference } from '../reference.ts'
import { RenderRefused } from '../render-refused.ts'
import { decryptFile, sopsFile, type DataKeys, type OnSecret } from './decrypting-tree.ts'
import type { FluxSpec } from './merge-spec.ts'

const DISABLED = 'kustomize.toolkit.fluxcd.io/decrypt'

/** The Secret that `spec.decryption` names; `undefined` where nothing is to be decrypted. */
export function decryptionOf(spec: FluxSpec): { readonly secretName: string } | undefined {
  const { decryption } = spec
  if (!isRecord(decryption)) return undefined
  const secretRef = isRecord(decryption['secretRef']) ? decryption['secretRef'] : {}
  return { secretName: textOf(secretRef['name']) }
}

/** The Secret with the keys: whoever holds private keys opens it, and no render is given it. */
export function decryptionReferences(spec: FluxSpec, namespace: string): readonly Reference[] {
  const name = decryptionOf(spec)?.secretName ?? ''
  const field = 'spec.decryption.secretRef'
  if (name === '') return []
  return [{ kind: 'Secret', namespace, name, optional: false, use: 'decrypt', field }]
}

export interface DecryptedBuild {
  readonly spec: FluxSpec
  readonly dataKeys?: DataKeys
  readonly onSecret?: OnSecret
}

/**
 * Decrypts what SOPS encrypted inside of Secrets that were built: single values, as kustomize-controller does. Objects that are
 * encrypted themselves were decrypted when their file was read; one that still is cannot be used. @throws RenderRefused
 */
export function decryptObjects(
  objects: readonly BuiltObject[],
  { spec, dataKeys: keys = new Map(), onSecret = () => undefined }: DecryptedBuild,
): readonly BuiltObject[] {
  const isConfigured = decryptionOf(spec) !== undefined
  return objects.map((object) => {
    if (isDisabled(object.value)) return object
    refuseEncrypted(object, isConfigured)
    return isConfigured && isSecret(object) ? withClearData(object, { keys, onSecret }) : object
  })
}

function refuseEncrypted(object: BuiltObject, isConfigured: boolean): void {
  const sops = object.value.get('sops')
  if (!isYamlMap(sops) || (!isConfigured && !isSecret(object))) return
  const file = object.origin.path
  const what = `${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`
  throw new RenderRefused(
    'SECRET_ENCRYPTED',
    isConfigured
      ? `${what} is encrypted by SOPS and comes from no file of its own: put it into one, and decrypt it there`
      : `${what} is encrypted by SOPS, and spec.decryption says nothing of it: set spec.decryption.provider to sops, and secretRef to the Secret with the keys`,
    { file },
  )
}

function isSecret({ apiVersion, kind }: BuiltObject): boolean {
  return apiVersion === 'v1' && kind === 'Secret'
}

function isDisabled(value: YamlMap): boolean {
  const metadata = value.get('metadata')
  const annotations = isYamlMap(metadata) ? metadata.get('annotations') : undefined
  const disabled = isYamlMap(annotations) ? annotations.get(DISABLED) : undefined
  return typeof disabled === 'string' && disabled.toLowerCase() === 'disabled'
}

function withClearData(
  object: BuiltObject,
  given: { readonly keys: DataKeys; readonly onSecret: OnSecret },
): BuiltObject {
  const data = object.value.get('data')
  if (!isYamlMap(data)) return object
  const clear = new Map<string, YamlValue>(data)
  for (const [name, value] of data) {
    if (typeof value !== 'string') continue
    const place = `Secret ${object.namespace}/${object.name}: data.${name}`
    const encrypted = sopsFile(name, Buffer.from(value, 'base64'))
    if (encrypted === undefined) continue
    clear.set(name, Buffer.from(decryptFile(place, encrypted, given)).toString('base64'))
  }
  const value: YamlMap = new Map<string, YamlValue>(object.value).set('data', clear)
  return { ...object, value, yaml: printYaml(value, 'yaml2') }
}
