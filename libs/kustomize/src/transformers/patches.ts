import { printYaml, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { during, KustomizeError, shortened } from '../kustomize-error.ts'
import { idText } from '../identity/resource-id.ts'
import type { Patch, Selector } from '../kustomization/model.ts'
import { applyStrategicPatch, patchFor } from '../merge/apply-patch.ts'
import { EMPTY_MAPPING } from '../node/node.ts'
import { nameOf } from '../node/remembered.ts'
import { applyJsonPatch6902 } from '../patch/apply-json-patch.ts'
import { type Operation, readJsonPatch } from '../patch/json-patch.ts'
import { Note, Resource } from '../resource.ts'
import type { ResourceSet } from '../resource-set.ts'
import { select } from '../selector.ts'
import type { Build } from '../target/build.ts'
import type { Loader } from '../target/loader.ts'
import { changeOne, type Transformer } from './transformer.ts'

/** What a transformer is made with: where it may read, and what it belongs to. */
export interface Context {
  readonly build: Build
  readonly loader: Loader
}

/** One entry of `patches`: a strategic merge patch or a JSON patch, in place or in a file, with or without a target. */
export function patchTransformer(patch: Patch, context: Context): Transformer {
  const { text, source } = patchText(patch, context)
  const { build } = context
  const json = build.remember('JSON patch', text, () => attempt(() => readJsonPatch(text)))
  if (json.error?.code === 'KUSTOMIZE_LIMIT') throw unreadable(source, json.error)
  const operations = json.value ?? []
  // A list of operations has no kind and no name, so it is no object, and is not read again to learn that.
  const strategic =
    operations.length > 0
      ? {}
      : build.remember('strategic patch', text, () => attempt(() => build.readPatchNodes(text)))
  if (strategic.error !== undefined && json.error !== undefined)
    throw unreadable(
      source,
      text.trimStart().startsWith('-') || text.startsWith('[') ? json.error : strategic.error,
    )
  const patches = strategic.value?.map((node) =>
    withOptions(new Resource(node, build.scopes, { path: '' }), patch),
  )
  return {
    kind: 'PatchTransformer',
    ...(patch.path === '' ? {} : { path: context.loader.locate(patch.path) }),
    transform: (set) => {
      if (patches === undefined) patchJson(set, { target: patch.target, operations, source })
      else if (patches.length > 0) mergeAll(set, { target: patch.target, patches, source })
    },
  }
}

// What the text says wrong, and not merely that it is none of both.
const TELLING = /^(?:KUSTOMIZE_LIMIT|YAML_(?!SYNTAX))/u

function unreadable(source: string, { code, message, upstream }: KustomizeError): KustomizeError {
  const isTelling = TELLING.test(code)
  return new KustomizeError(
    isTelling ? code : 'KUSTOMIZE_PATCH',
    `unable to parse SM or JSON patch from ${shortened(source)}`,
    { hint: isTelling ? message : upstream },
  )
}

/** `patchesStrategicMerge`: patches in place or in files, each for the one object that it names. */
export function strategicMergeTransformer(paths: readonly string[], context: Context): Transformer {
  return inlineStrategicTransformer({ paths, patches: '' }, context)
}

/** The same, with patches in one text besides. */
export function inlineStrategicTransformer(
  { paths, patches: inline }: { readonly paths: readonly string[]; readonly patches: string },
  context: Context,
): Transformer {
  if (paths.length === 0 && inline === '')
    throw new KustomizeError('KUSTOMIZE_PATCH', 'empty file path and empty patch content')
  const patches = paths.flatMap((path) => readStrategic(path, context))
  if (inline !== '') patches.push(...context.build.readPatch(inline))
  if (patches.length === 0)
    throw new KustomizeError(
      'KUSTOMIZE_PATCH',
      `patch appears to be empty; files=[${paths.join(' ')}], Patch=${inline}`,
      {
        hint: 'take the empty files out of the list',
      },
    )
  return {
    kind: 'PatchStrategicMergeTransformer',
    transform: (set) => {
      for (const patch of patches) mergeInto(set, [set.one(patch.originalId)], patch)
    },
  }
}

/** `patchesJson6902`: a JSON patch and its target. */
export function json6902Transformer(args: Patch, context: Context): Transformer {
  const { target } = args
  if (target === undefined || target.name === '')
    throw new KustomizeError('KUSTOMIZE_PATCH', 'must specify the target name', {
      hint: 'give the patch a target.name',
    })
  const text = json6902Text(args, context)
  const operations = during(`decoding ${text}`, () =>
    context.build.remember('operations', text, () => readJsonPatch(text)),
  )
  if (operations.length === 0)
    throw new KustomizeError(
      'KUSTOMIZE_PATCH',
      `patch appears to be empty; file=${args.path}, JsonOp=${text}`,
    )
  const step = `PatchJson6902Transformer ${nameOf(operations)}`
  return {
    kind: 'PatchJson6902Transformer',
    ...(args.path === '' ? {} : { path: context.loader.locate(args.path) }),
    transform: (set) => {
      for (const resource of select(set.resources, target))
        changeOne(resource, step, () => {
          applyJsonPatch6902(resource, operations)
        })
    },
  }
}

function json6902Text({ path, patch }: Patch, { loader }: Context): string {
  if (path === '' && patch === '')
    throw new KustomizeError('KUSTOMIZE_PATCH', 'empty file path and empty jsonOp')
  if (path === '') return patch
  if (patch !== '')
    throw new KustomizeError('KUSTOMIZE_PATCH', 'must specify a file path or jsonOp, not both')
  const text = Buffer.from(loader.load(path)).toString()
  if (text !== '') return text
  throw new KustomizeError('KUSTOMIZE_PATCH', `patch file '${path}' empty seems to be empty`)
}

function readStrategic(path: string, { build, loader }: Context): readonly Resource[] {
  // A text that is a patch is one; any other is the name of a file.
  const inline = build.remember('strategic patch', path, () =>
    attempt(() => build.readPatchNodes(path)),
  )
  if (inline.value !== undefined)
    return inline.value.map((node) => new Resource(node, build.scopes, { path: '' }))
  return build
    .readFile(loader, path)
    .map((node) => new Resource(node, build.scopes, { path: loader.locate(path) }))
}

function patchText(patch: Patch, { loader }: Context): { text: string; source: string } {
  const inline = patch.patch.trim()
  const config = (): string => printConfig(patch)
  if (inline === '' && patch.path === '')
    throw new KustomizeError(
      'KUSTOMIZE_PATCH',
      `must specify one of patch and path in\n${config()}`,
    )
  if (inline !== '' && patch.path !== '')
    throw new KustomizeError(
      'KUSTOMIZE_PATCH',
      `patch and path can't be set at the same time\n${config()}`,
    )
  if (inline !== '') return { text: inline, source: `[patch: ${JSON.stringify(inline)}]` }
  const text = during(`failed to get the patch file from path(${patch.path})`, () =>
    Buffer.from(loader.load(patch.path)).toString(),
  )
  return { text, source: `[path: ${JSON.stringify(patch.path)}]` }
}

/** What upstream shows of the entry: its fields that are set. */
export function printConfig(patch: Patch): string {
  const { path, patch: inline, target, options } = patch
  const fields: [string, YamlValue][] = []
  if (path !== '') fields.push(['path', path])
  if (inline !== '') fields.push(['patch', inline])
  if (target !== undefined) fields.push(['target', setFields(target)])
  if (options !== undefined) fields.push(['options', setFields(options)])
  return printYaml(new Map(fields), 'yaml2')
}

function setFields(struct: object): YamlMap {
  return new Map(Object.entries(struct).filter(([, value]) => value !== '' && value !== false))
}

function withOptions(resource: Resource, { options }: Patch): Resource {
  const { allowNameChange = false, allowKindChange = false } = options ?? {}
  changeOne(resource, `options ${allowNameChange} ${allowKindChange}`, () => {
    if (allowNameChange) resource.mark(Note.allowNameChange)
    if (allowKindChange) resource.mark(Note.allowKindChange)
  })
  return resource
}

interface Merge {
  readonly target: Selector | undefined
  readonly patches: readonly Resource[]
  readonly source: string
}

function mergeAll(set: ResourceSet, { target, patches, source }: Merge): void {
  if (target === undefined) {
    for (const patch of patches) {
      const id = JSON.stringify(idText(patch.originalId))
      const found = during(`no resource matches strategic merge patch ${id}`, () =>
        set.one(patch.originalId),
      )
      mergeOne(found, patch)
    }
    return
  }
  const [patch] = patches
  if (patch === undefined || patches.length > 1)
    throw new KustomizeError(
      'KUSTOMIZE_PATCH',
      `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
      { hint: 'make one entry of each patch' },
    )
  const told = `unable to find patch target ${JSON.stringify(selectorText(target))} in \`resources\``
  mergeInto(
    set,
    during(told, () => select(set.resources, target)),
    patch,
  )
}

function mergeInto(set: ResourceSet, targets: readonly Resource[], patch: Resource): void {
  for (const target of targets) mergeOne(target, patchFor(target, patch))
  const left = set.resources.filter((resource) => !resource.isEmpty)
  set.reset([])
  set.appendAll(left)
}

function mergeOne(target: Resource, patch: Resource): void {
  // Merging asks for the schema of the object, remembered or not.
  if (target.apiVersion !== '') target.scopes.needBuiltin()
  changeOne(target, `strategic ${nameOf(patch.node ?? EMPTY_MAPPING)}`, () => {
    applyStrategicPatch(target, patch)
  })
}

interface JsonMerge {
  readonly target: Selector | undefined
  readonly operations: readonly Operation[]
  readonly source: string
}

function patchJson(set: ResourceSet, { target, operations, source }: JsonMerge): void {
  if (target === undefined)
    throw new KustomizeError('KUSTOMIZE_PATCH', `must specify a target for JSON patch ${source}`, {
      hint: 'give the entry a "target"',
    })
  const step = `PatchTransformer ${nameOf(operations)}`
  for (const resource of select(set.resources, target))
    changeOne(resource, step, () => {
      resource.storePreviousId()
      applyJsonPatch6902(resource, operations)
    })
}

function selectorText({ annotationSelector, labelSelector, ...id }: Selector): string {
  return `${idText(id)}:a=${annotationSelector}:l=${labelSelector}`
}

function attempt<Result>(step: () => Result): {
  readonly value?: Result
  readonly error?: KustomizeError
} {
  try {
    return { value: step() }
  } catch (error) {
    if (error instanceof KustomizeError) return { error }
    throw error
  }
}
