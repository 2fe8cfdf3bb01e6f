import {
  chooseInput,
  event,
  inputId,
  InputKind,
  streams,
  type ClusterInputRef,
  type Input,
} from '@tidemark/contracts'
import type { Reference } from '@tidemark/flux'
import type { Cause } from '@tidemark/service'
import type { Application } from '../domain/application.ts'
import type { Plane } from '../domain/plane.ts'
import type { ReleaserDeps } from './deps.ts'
import { modelOf } from './models.ts'

/** What the Secrets and ConfigMaps that an application names come to. */
export type FoundInputs =
  | { readonly kind: 'found'; readonly inputs: readonly Input[] }
  /** The applier of their cluster has been asked for one, and has not answered yet: the render waits. */
  | { readonly kind: 'pending' }

const KINDS = {
  Secret: InputKind.INPUT_KIND_SECRET,
  ConfigMap: InputKind.INPUT_KIND_CONFIG_MAP,
  Capabilities: InputKind.INPUT_KIND_CAPABILITIES,
  HelmRelease: InputKind.INPUT_KIND_HELM_RELEASE,
} as const

/** Finds them, and asks their cluster for those that nobody has asked for: ClusterInputRequested. */
export function findInputs(deps: ReleaserDeps, state: Application, cause: Cause): FoundInputs {
  const { plane, decisions } = deps
  for (const reference of referencesOf(state)) {
    const ref = refOf(state, reference)
    if (plane.input(ref).requestedFor.demand) continue
    const asked = event('ClusterInputRequested', { input: ref })
    decisions.record(cause, [{ stream: streams.demand(ref), event: asked }])
  }
  return knownInputs(plane, state)
}

/** The same, from what is known now. */
export function knownInputs(plane: Plane, state: Application): FoundInputs {
  const inputs: Input[] = []
  for (const reference of referencesOf(state)) {
    const input = inputFrom(plane, state, reference)
    if (input === undefined) return { kind: 'pending' }
    inputs.push(input)
  }
  return { kind: 'found', inputs }
}

function inputFrom(plane: Plane, state: Application, reference: Reference): Input | undefined {
  const ref = refOf(state, reference)
  const known = plane.input(ref)
  if (!known.requestedFor.demand) return undefined
  const choice = chooseInput(known)
  const kind = KINDS[reference.kind]
  const input = { kind, ref: `${ref.namespace}/${ref.name}`, revision: '', missing: '' }
  switch (choice.kind) {
    case 'found':
      return { ...input, digest: choice.blob, blob: choice.blob }
    case 'missing': {
      const missing = reference.optional ? '' : missingText(ref, reference, choice.message)
      return { ...input, digest: '', blob: '', missing }
    }
    default:
      return undefined
  }
}

function missingText(ref: ClusterInputRef, { field, kind }: Reference, message: string): string {
  const { cluster, namespace, name } = ref
  const give =
    kind === 'Secret'
      ? `, or give its values: tidemark secret set ${namespace}/${name} --cluster ${cluster}`
      : ''
  return `${field}: ${message}; create it there${give}`
}

/** The Secrets and ConfigMaps that an application names, each once, in the order in which the object names them; one that is needed anywhere is needed. */
export function referencesOf(state: Application): readonly Reference[] {
  const references = new Map<string, Reference>()
  const isReleased = state.releases.length > 0
  for (const reference of modelOf(state)?.references ?? []) {
    if (isReleased && reference.until === 'first-release') continue
    const id = inputId(refOf(state, reference))
    const known = references.get(id)
    if (known === undefined || (known.optional && !reference.optional))
      references.set(id, reference)
  }
  return [...references.values()]
}

/** Where it is read. */
export function refOf(state: Application, { kind, namespace, name }: Reference): ClusterInputRef {
  const cluster = state.declared?.object?.cluster ?? state.declared?.cluster ?? ''
  return { cluster, kind, namespace, name }
}
