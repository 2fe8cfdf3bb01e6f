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
import { stepName } from '../node/remembered.ts'
import { setScalar } from '../node/set-field.ts'
import { updateField } from '../node/update-field.ts'
import { wrongKind } from '../node/wrong-kind.ts'
import { compileRegex, type Regex } from '../regex.ts'
import { changeEach, type Transformer } from './transformer.ts'

const CONTAINER_FIELDS: ReadonlySet<string> = new Set(['containers', 'initContainers'])

/** Changes the name, tag or digest of images: in every list of containers, and in the fields of the specs. */
export function imageTransformer(image: Image, specs: readonly FieldSpec[]): Transformer {
  const set = imageSetter(image)
  const step = stepName('ImageTagTransformer', image, specs)
  return {
    kind: 'ImageTagTransformer',
    transform: (resources) => {
      changeEach(resources, step, (resource) => {
        const { node, kind } = resource
        if (node === undefined || kind === 'CustomResourceDefinition') return
        const changed = inContainers(node, set)
        resource.node = specs.reduce((at, spec) => updateField(at, spec, { set }), changed)
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
  const matches = imageMatcher(image.name)
  return (node) => {
    if (isNull(node)) return node
    if (node.kind !== 'scalar') throw wrongKind('scalar', node)
    return matches(node.value) ? setScalar(node, untagged(renamed(node.value, image))) : node
  }
}

const PLAIN = /^[A-Za-z0-9_/:@-]*$/
const PRINTABLE = /^[ -~]*$/
const TAG_AND_DIGEST =
  /^(?::[a-zA-Z0-9_.{}-]*)?(?:@[a-zA-Z0-9]+(?:[.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?$/

/** Whether an image is one that an entry of `images` means. Most names are patterns of dots alone, which need no engine. */
function imageMatcher(name: string): (image: string) => boolean {
  if (!PLAIN.test(name.replaceAll('.', ''))) {
    const pattern = imagePattern(name)
    return (image) => pattern?.matches(image) ?? false
  }
  return (image) =>
    PRINTABLE.test(image)
      ? startsLike(image, name) && TAG_AND_DIGEST.test(image.slice(name.length))
      : (imagePattern(name)?.matches(image) ?? false)
}

/** Where the name has a dot, the image may have anything. */
function startsLike(image: string, name: string): boolean {
  if (image.length < name.length) return false
  for (let at = 0; at < name.length; at += 1)
    if (name[at] !== '.' && name[at] !== image[at]) return false
  return true
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
