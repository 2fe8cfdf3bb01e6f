import { printJson } from '@tidemark/yaml'
import { during, KustomizeError, shortened } from '../kustomize-error.ts'
import type { FieldSpec } from '../config/field-spec.ts'
import { idText } from '../identity/resource-id.ts'
import {
  EMPTY_MAPPING,
  field,
  isNull,
  isNullOrEmpty,
  type Mapping,
  type Node,
  rawText,
  text,
  untagged,
  withField,
  withItems,
} from '../node/node.ts'
import { stepName } from '../node/remembered.ts'
import { setScalar } from '../node/set-field.ts'
import { nodeToValue } from '../node/to-value.ts'
import { wrongKind } from '../node/wrong-kind.ts'
import { updateField } from '../node/update-field.ts'
import { Note, type Resource } from '../resource.ts'
import type { ResourceSet } from '../resource-set.ts'
import { changeEach, type Transformer } from './transformer.ts'

export type SubjectMode = 'defaultOnly' | 'allServiceAccounts' | 'none'

export interface NamespaceRules {
  readonly namespace: string
  readonly fieldSpecs: readonly FieldSpec[]
  /** Leave namespaces that are set. */
  readonly unsetOnly: boolean
  /** Which subjects of role bindings get the namespace. */
  readonly subjects: SubjectMode
}

/** Puts objects that live in a namespace into one, and the references that name it. */
export function namespaceTransformer(rules: NamespaceRules): Transformer {
  const step = stepName('NamespaceTransformer', rules)
  return {
    kind: 'NamespaceTransformer',
    transform: (set) => {
      if (rules.namespace === '') return
      changeEach(set, step, (resource) => {
        // Helm has put its objects where they belong.
        if (resource.isEmpty || resource.annotation(Note['helm-generated']) === 'true') return
        resource.storePreviousId()
        setNamespace(resource, rules)
      })
      refuseConflicts(set)
    },
  }
}

/** Sets the namespace of one object and of the references in it. */
export function setNamespace(resource: Resource, rules: NamespaceRules): void {
  const { id, apiVersion, kind } = resource
  let node = resource.node ?? EMPTY_MAPPING
  const set = (value: Node): Node => setScalarTo(value, rules)
  if (!id.clusterScoped) node = updateField(node, METADATA_NAMESPACE, { set, create: 'scalar' })
  const isBinding = kind === 'RoleBinding' || kind === 'ClusterRoleBinding'
  if (isBinding) node = setSubjects(node, rules)
  for (const spec of rules.fieldSpecs) {
    if (spec.path === 'metadata/namespace') continue
    if (spec.path === 'metadata/name' && apiVersion !== 'v1') continue
    if (isBinding && spec.path === 'subjects/namespace' && BINDINGS.has(spec.kind)) continue
    const before = node
    node = during('namespace transformation failed', () =>
      updateField(before, spec, { set, create: 'scalar' }),
    )
  }
  resource.node = node
}

const BINDINGS: ReadonlySet<string> = new Set(['RoleBinding', 'ClusterRoleBinding'])
const METADATA_NAMESPACE: FieldSpec = {
  group: '',
  version: '',
  kind: '',
  path: 'metadata/namespace',
  create: true,
}

function setScalarTo(node: Node, { namespace, unsetOnly }: NamespaceRules): Node {
  if (unsetOnly && node.kind === 'scalar' && !isNullOrEmpty(node) && node.value !== '') return node
  return setScalar(node, text(namespace))
}

function setSubjects(node: Node, rules: NamespaceRules): Node {
  const subjects = field(node, 'subjects')
  if (
    node.kind !== 'mapping' ||
    subjects === undefined ||
    isNull(subjects) ||
    rules.subjects === 'none'
  )
    return node
  if (subjects.kind !== 'sequence')
    throw wrongKind('sequence', subjects).wrapped(
      'setting namespace on (cluster)role binding subjects',
    )
  const isMeant = (subject: Mapping): boolean =>
    rules.subjects === 'allServiceAccounts'
      ? rawText(field(subject, 'kind')) === 'ServiceAccount'
      : rawText(field(subject, 'name')) === 'default'
  const items = subjects.items.map((subject) => {
    if (subject.kind !== 'mapping')
      throw wrongKind('mapping', subject).wrapped(
        'setting namespace on (cluster)role binding subjects: looking up name on (cluster)role binding subject',
      )
    if (!isMeant(subject)) return subject
    const found: Node | undefined = field(subject, 'namespace')
    return withField(subject, 'namespace', setScalarTo(found ?? untagged(''), rules))
  })
  return withField(node, 'subjects', withItems(subjects, items))
}

function refuseConflicts(set: ResourceSet): void {
  const seen = new Map<string, Resource>()
  for (const resource of set.resources) {
    if (resource.isEmpty) continue
    const { id } = resource
    const key = idText(id)
    const other = seen.get(key)
    if (other !== undefined)
      throw new KustomizeError(
        'DUPLICATE_OBJECT',
        `namespace transformation produces ID conflict: [${[other, resource].map(written).join(' ')}]`,
        { hint: `both are ${key} after the namespace is set; rename one` },
      )
    seen.set(key, resource)
  }
}

function written({ node }: Resource): string {
  return shortened(printJson(nodeToValue(node ?? EMPTY_MAPPING)))
}
