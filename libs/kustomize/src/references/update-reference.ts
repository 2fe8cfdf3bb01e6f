import { KustomizeError } from '../kustomize-error.ts'
import type { Gvk } from '../identity/gvk.ts'
import { effectiveNamespace, type ResourceId } from '../identity/resource-id.ts'
import {
  EMPTY_MAPPING,
  field,
  isNull,
  type Node,
  type Scalar,
  untagged,
  withItems,
} from '../node/node.ts'
import { setField, setScalar } from '../node/set-field.ts'
import { updateField } from '../node/update-field.ts'
import type { Resource } from '../resource.ts'
import { selectReferral } from './select-referral.ts'

/** One look at one field of one object. */
export interface Reference {
  readonly referrer: Resource
  /** What kind of object the field names. */
  readonly target: Gvk
  /** What the referrer can reach. */
  readonly reachable: readonly Resource[]
  /** Those of them that had another name before. */
  readonly candidates: readonly Resource[]
  readonly path: string
}

/** Renames what the field names, if that has another name now. */
export function updateReference(reference: Reference): void {
  const { referrer, path } = reference
  const spec = { ...referrer.gvk, path, create: false }
  const set = (node: Node): Node => renamed(node, reference)
  referrer.node = updateField(referrer.node ?? EMPTY_MAPPING, spec, { set })
}

function renamed(node: Node, reference: Reference): Node {
  if (isNull(node)) return node
  switch (node.kind) {
    case 'scalar':
      return renamedText(node, reference)
    case 'mapping':
      return renamedMapping(node, reference)
    default:
      return withItems(
        node,
        node.items.map((item) =>
          item.kind === 'sequence' ? refuseList(item) : renamed(item, reference),
        ),
      )
  }
}

function refuseList(node: Node): Node {
  throw new KustomizeError(
    'KUSTOMIZE_CONFIG',
    `${node.kind} is expected to be either a string or a map of string`,
  )
}

function renamedText(node: Scalar, reference: Reference): Node {
  const referral = selectReferral(node.value, reference, {
    candidates: reference.candidates,
    sameWhen: sameName,
  })
  if (referral === undefined) return node
  return referral.name === node.value ? node : setScalar(node, untagged(referral.name))
}

function renamedMapping(node: Node, reference: Reference): Node {
  const name = field(node, 'name')
  if (name === undefined)
    throw new KustomizeError('KUSTOMIZE_CONFIG', "path config error; no 'name' field in node", {
      hint: `the rule for ${reference.path} needs a mapping with a name`,
    })
  const old = name.kind === 'scalar' ? name.value : ''
  const candidates = inNamespaceOf(node, reference)
  const referral = selectReferral(old, reference, { candidates, sameWhen: sameNameAndNamespace })
  if (referral === undefined) return node
  if (referral.name === old && referral.namespace === '') return node
  const named = setField(node, 'name', untagged(referral.name))
  return referral.namespace === ''
    ? named
    : setField(named, 'namespace', untagged(referral.namespace))
}

/** Those that were in the namespace that the reference names; if nothing was there, those that are in it now. */
function inNamespaceOf(node: Node, { reachable, candidates }: Reference): readonly Resource[] {
  const namespace = field(node, 'namespace')
  if (namespace === undefined) return candidates
  const name = namespace.kind === 'scalar' ? namespace.value : ''
  const isIn = (id: ResourceId): boolean => !id.clusterScoped && effectiveNamespace(id) === name
  return reachable.some((each) => isIn(each.originalId))
    ? candidates.filter((each) => isIn(each.originalId))
    : candidates.filter((each) => isIn(each.id))
}

function sameName(left: Resource, right: Resource): boolean {
  return left.name === right.name
}

function sameNameAndNamespace(left: Resource, right: Resource): boolean {
  return left.name === right.name && left.namespace === right.namespace
}
