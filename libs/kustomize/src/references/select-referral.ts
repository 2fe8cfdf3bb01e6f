import { KustomizeError } from '../kustomize-error.ts'
import { type Gvk, isSelected } from '../identity/gvk.ts'
import { idText, inSameNamespace, type ResourceId } from '../identity/resource-id.ts'
import { EMPTY_MAPPING, field } from '../node/node.ts'
import { printNode } from '../node/print-node.ts'
import { Note, type Resource } from '../resource.ts'
import type { Reference } from './update-reference.ts'

interface Choice {
  readonly candidates: readonly Resource[]
  /** When two candidates are as good as one. */
  readonly sameWhen: (left: Resource, right: Resource) => boolean
}

/**
 * The object that a name means: one that had this name, of the right kind, in reach of the referrer, and where several
 * are left, one that came through the same prefixes and suffixes. @throws KustomizeError when it cannot be told which
 */
export function selectReferral(
  name: string,
  reference: Reference,
  { candidates, sameWhen }: Choice,
): Resource | undefined {
  const { referrer, target } = reference
  const isKind = hadId((id) => isSelected(id, target))
  const isRole = roleFilter(reference)
  const inReach = reachOf(referrer)
  let left = candidates.filter(
    (each) => hadName(each, name) && isKind(each) && isRole(each) && inReach(each),
  )
  if (left.length <= 1) return left[0]
  left = left.filter((each) => sameAffixes(each, referrer, 'emptyMatches'))
  if (left.length > 1) left = left.filter((each) => sameAffixes(each, referrer, 'exact'))
  const [first] = left
  if (first === undefined || left.every((each) => sameWhen(first, each))) return first
  throw ambiguous(left, referrer)
}

function hadName(resource: Resource, name: string): boolean {
  return resource.previousIds.some((id) => id.name === name)
}

function hadId(matches: (id: ResourceId) => boolean): (resource: Resource) => boolean {
  return (resource) => resource.previousIds.some(matches)
}

/** A role binding says which kind of role it means. */
function roleFilter({ referrer, path }: Reference): (resource: Resource) => boolean {
  const role = path.endsWith('roleRef/name') ? field(referrer.node, 'roleRef') : undefined
  const group = field(role, 'apiGroup')
  const kind = field(role, 'kind')
  if (group?.kind !== 'scalar' || kind?.kind !== 'scalar') return () => true
  const gvk: Gvk = { group: group.value, version: '', kind: kind.value }
  return hadId((id) => isSelected(id, gvk))
}

function reachOf(referrer: Resource): (resource: Resource) => boolean {
  const { id } = referrer
  if (id.clusterScoped) return () => true
  return (resource) =>
    resource.id.clusterScoped ||
    resource.kind === 'ServiceAccount' ||
    inSameNamespace(id, resource.id)
}

function sameAffixes(left: Resource, right: Resource, rule: 'emptyMatches' | 'exact'): boolean {
  return [Note.prefixes, Note.suffixes].every((note) => {
    const [one, other] = [left.notes(note), right.notes(note)]
    if (rule === 'emptyMatches' && (one.length === 0 || other.length === 0)) return true
    return endAlike(one, other)
  })
}

/** Whether the shorter list is the end of the longer one; an empty one only of an empty one. */
function endAlike(left: readonly string[], right: readonly string[]): boolean {
  const [short, long] = left.length <= right.length ? [left, right] : [right, left]
  if (short.length === 0) return long.length === 0
  return short.every((value, at) => value === long[at + long.length - short.length])
}

function ambiguous(left: readonly Resource[], referrer: Resource): KustomizeError {
  const ids = left.map((each) => idText(each.id)).join(', ')
  const details = left.map((each, at) => `--- possible referral ${at}:\n${yaml(each)}\n`).join('')
  return new KustomizeError(
    'KUSTOMIZE_TARGET',
    `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to referrer:\n${yaml(referrer)}\n${details}`,
    { hint: 'give the objects different names' },
  )
}

function yaml(resource: Resource): string {
  return printNode(resource.node ?? EMPTY_MAPPING)
}
