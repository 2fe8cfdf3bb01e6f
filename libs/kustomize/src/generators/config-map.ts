import { isUtf8 } from 'node:buffer'
import { compareBytes } from '@tidemark/source-tree'
import { KustomizeError } from '../kustomize-error.ts'
import type { GeneratorArgs, GeneratorOptions, SecretArgs } from '../kustomization/model.ts'
import { EMPTY_MAPPING, type Node, text, untagged } from '../node/node.ts'
import { stepName } from '../node/remembered.ts'
import { type FieldChange, setAt, setFields } from '../node/set-field.ts'
import type { Scopes } from '../schema/scopes.ts'
import { Note, type Origin, Resource } from '../resource.ts'
import { digestsOf, type KeyValue, readKeyValues } from './key-values.ts'
import type { Loader } from '../target/loader.ts'
import type { ParseCache } from '../target/parse-cache.ts'

/** What a generator needs beside its arguments. */
export interface GeneratorContext {
  readonly loader: Loader
  readonly scopes: Scopes
  readonly cache: ParseCache
  readonly origin: Origin
}

/** Makes a ConfigMap; values that are no text go to `binaryData`. @throws KustomizeError */
export function generateConfigMap(args: GeneratorArgs, context: GeneratorContext): Resource {
  return generated('ConfigMap', args, context, () => configMap(args, context))
}

/** Makes a Secret; all values in base64. @throws KustomizeError */
export function generateSecret(args: SecretArgs, context: GeneratorContext): Resource {
  return generated('Secret', args, context, () => secret(args, context))
}

/** What is made of the same arguments and files is the same node, so that later steps know it again. */
function generated(
  kind: string,
  args: GeneratorArgs,
  { cache, loader, scopes, origin }: GeneratorContext,
  make: () => Node,
): Resource {
  const files = digestsOf(args, loader)
  const key = stepName(kind, args, files)
  const bytes = files?.reduce((sum, file) => sum + file.bytes, 0) ?? 0
  return new Resource(files === undefined ? make() : cache.get(key, bytes, make), scopes, origin)
}

function configMap(args: GeneratorArgs, context: GeneratorContext): Node {
  let node = baseNode('ConfigMap', args)
  const pairs = sortedPairs(args, context.loader)
  // The field of the first key comes first.
  for (const isText of new Set(pairs.map(({ value }) => isUtf8(value)))) {
    const changes = pairs
      .filter(({ value }) => isUtf8(value) === isText)
      .map(({ key, value }): FieldChange => {
        const data = isText ? Buffer.from(value).toString() : base64Lines(value)
        return { name: key, value: dataText(data) }
      })
    node = setAt(node, [isText ? 'data' : 'binaryData'], setFields(EMPTY_MAPPING, changes))
  }
  return finished(node, args, context)
}

function secret(args: SecretArgs, context: GeneratorContext): Node {
  let node = baseNode('Secret', args)
  node = setAt(node, ['type'], text(args.type === '' ? 'Opaque' : args.type))
  const changes = sortedPairs(args, context.loader).map(({ key, value }): FieldChange => ({
    name: key,
    value: dataText(base64Lines(value)),
  }))
  node = setAt(node, ['data'], setFields(EMPTY_MAPPING, changes))
  return finished(node, args, context)
}

/** The options of the kustomization, behind those of the generator. */
export function mergedOptions(
  own: GeneratorOptions | undefined,
  shared: GeneratorOptions | undefined,
): GeneratorOptions | undefined {
  if (shared === undefined) return own
  return {
    labels: behind(own?.labels, shared.labels),
    annotations: behind(own?.annotations, shared.annotations),
    disableNameSuffixHash: (own?.disableNameSuffixHash ?? false) || shared.disableNameSuffixHash,
    immutable: (own?.immutable ?? false) || shared.immutable,
  }
}

type Texts = ReadonlyMap<string, string> | undefined

function behind(own: Texts, shared: Texts): Texts {
  return own === undefined || shared === undefined ? (own ?? shared) : new Map([...shared, ...own])
}

function baseNode(kind: string, { name, namespace }: GeneratorArgs): Node {
  if (name === '')
    throw new KustomizeError('KUSTOMIZE_GENERATOR', 'a configmap must have a name', {
      hint: `give the ${kind} generator a name`,
    })
  let node: Node = setAt(EMPTY_MAPPING, ['apiVersion'], text('v1'))
  node = setAt(node, ['kind'], text(kind))
  node = setAt(node, ['metadata', 'name'], text(name))
  return namespace === '' ? node : setAt(node, ['metadata', 'namespace'], text(namespace))
}

function sortedPairs(args: GeneratorArgs, loader: Loader): readonly KeyValue[] {
  const pairs = readKeyValues(args, loader)
  const seen = new Set<string>()
  for (const { key } of pairs) {
    if (seen.has(key))
      throw new KustomizeError(
        'KUSTOMIZE_GENERATOR',
        `configmap ${args.name} illegally repeats the key \`${key}\``,
        { hint: 'a key can come from one source only' },
      )
    seen.add(key)
  }
  return pairs.toSorted((left, right) => compareBytes(left.key, right.key))
}

function dataText(value: string): Node {
  return text(value, value.includes('\n') ? 'literal' : 'plain')
}

const BASE64_LINE = 70

/** Base64 in lines of 70 characters, each ended, when it does not fit into one. */
export function base64Lines(value: Uint8Array): string {
  const encoded = Buffer.from(value).toString('base64')
  if (encoded.length < BASE64_LINE) return encoded
  return encoded.replace(/.{1,70}/g, '$&\n')
}

function finished(base: Node, args: GeneratorArgs, { scopes, origin }: GeneratorContext): Node {
  const { options } = args
  const resource = new Resource(base, scopes, origin)
  for (const [name, value] of sorted(options?.labels)) resource.label(name, value)
  resource.annotate(...sorted(options?.annotations))
  if (options?.immutable)
    resource.node = setAt(resource.node ?? base, ['immutable'], {
      ...untagged('true'),
      tag: '!!bool',
    })
  if (!options?.disableNameSuffixHash) resource.mark(Note.needsHashSuffix)
  const behavior = ['create', 'replace', 'merge'].includes(args.behavior)
    ? args.behavior
    : 'unspecified'
  resource.setAnnotations(resource.annotations.set(Note.generatorBehavior, behavior))
  return resource.node ?? base
}

function sorted(map: Texts): readonly [string, string][] {
  return [...(map ?? [])].toSorted(([left], [right]) => compareBytes(left, right))
}
