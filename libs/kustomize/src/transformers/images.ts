import type { FieldSpec } from '../config/field-spec.ts'
import type { Image } from '../kustomization/model.ts'
import {
  field,
  isNull,
  type Mapping,
  type Node,
  untagged,
  withField,
  withItems,
} from '../node/node.ts'
import { setScalar } from '../node/set-field.ts'
import { updateField } from '../node/update-field.ts'
import { wrongKind } from '../node/wrong-kind.ts'
import { compileRegex, type Regex } from '../regex.ts'
import { changeEach, type Transformer } from './transformer.ts'

const CONTAINER_FIELDS: ReadonlySet<string> = new Set(['containers', 'initContainers'])

/** Changes the name, tag or digest of images: in every list of containers, and in the fields of the specs. */
export function imageTransformer(image: Image, specs: readonly FieldSpec[]): Transformer {
  const set = imageSetter(image)
  return {
    kind: 'ImageTagTransformer',
    transform: (resources) => {
      changeEach(resources, ({ node, kind }) => {
        if (node === undefined || kind === 'CustomResourceDefinition') return node
        const changed = inContainers(node, set)
        return specs.reduce((at, spec) => updateField(at, spec, { set }), changed)
      })
    },
  }
}

/** Visits every list called `containers` or `initContainers`, however deep. */
function inContainers(node: Node, set: (node: Node) => Node): Node {
  if (node.kind === 'scalar' || !hasContainers(node)) return node
  if (node.kind === 'sequence') {
    return withItems(
      node,
      node.items.map((item) => inContainers(item, set)),
    )
  }
  let result: Mapping = node
  for (const { key, value } of node.entries) {
    const inner = inContainers(value, set)
    const changed = CONTAINER_FIELDS.has(key.value) ? inList(inner, set) : inner
    if (changed !== value) result = withField(result, key.value, changed)
  }
  return result
}

// Nodes never change, so what was found once holds for every later build that shares them.
const knownContainers = new WeakMap<Mapping, boolean>()

function hasContainers(node: Node): boolean {
  if (node.kind === 'scalar') return false
  if (node.kind === 'sequence') return node.items.some(hasContainers)
  const known = knownContainers.get(node)
  if (known !== undefined) return known
  const found = node.entries.some(
    ({ key, value }) => CONTAINER_FIELDS.has(key.value) || hasContainers(value),
  )
  knownContainers.set(node, found)
  return found
}

function inList(list: Node, set: (node: Node) => Node): Node {
  if (list.kind !== 'sequence') return list
  return withItems(
    list,
    list.items.map((container) => {
      if (isNull(container)) return container
      if (container.kind !== 'mapping') throw wrongKind('mapping', container)
      const image = field(container, 'image')
      return image === undefined ? container : withField(container, 'image', set(image))
    }),
  )
}

function imageSetter(image: Image): (node: Node) => Node {
  const pattern = imagePattern(image.name)
  return (node) => {
    if (isNull(node)) return node
    if (node.kind !== 'scalar') throw wrongKind('scalar', node)
    return pattern?.matches(node.value)
      ? setScalar(node, untagged(renamed(node.value, image)))
      : node
  }
}

/** The name in `images` is a pattern, for upstream puts it into one; one that does not compile matches nothing. */
function imagePattern(name: string): Regex | undefined {
  const tag = '(:[a-zA-Z0-9_.{}-]*)?'
  const digest = '(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?'
  return compileRegex(`^${name}${tag}${digest}$`)
}

function renamed(value: string, image: Image): string {
  const old = splitImage(value)
  const name = image.newName === '' ? old.name : image.newName
  let { tag, digest } = old
  if (image.newTag !== '' || image.digest !== '') {
    tag = image.newTag
    digest = image.digest
  } else if (image.tagSuffix !== '') {
    tag += image.tagSuffix
    digest = ''
  }
  return name + (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`)
}

/** Splits `host:port/name:tag@digest`. */
function splitImage(image: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(0, image.indexOf('/'))
  const at = image.indexOf('@', slash)
  const colon = image.indexOf(':', slash)
  if (at < 0 && colon < 0) return { name: image, tag: '', digest: '' }
  if (at >= 0 && (colon < 0 || at < colon))
    return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) }
  if (at >= 0)
    return {
      name: image.slice(0, colon),
      tag: image.slice(colon + 1, at),
      digest: image.slice(at + 1),
    }
  return { name: image.slice(0, colon), tag: image.slice(colon + 1), digest: '' }
}
