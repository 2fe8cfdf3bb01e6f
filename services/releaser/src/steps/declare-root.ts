import { applicationId, event, streams, type EventOf, type Recorded } from '@tidemark/contracts'
import { readGitRepository, readKustomization } from '@tidemark/flux'
import { causeOf } from '@tidemark/service'
import { objectKey } from '../domain/source.ts'
import { declareSourceModel } from './declare-source.ts'
import type { ReleaserDeps } from './deps.ts'
import { releaseInputs } from './follow-input.ts'
import { considerRender } from './request-renders.ts'

const NAMESPACE = 'flux-system'

/** RootDeclared -> SourceDeclared and ApplicationDeclared for what a cluster is fed from. */
export async function declareRoot(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'RootDeclared'>>,
  signal: AbortSignal,
): Promise<void> {
  const { plane, decisions } = deps
  const { cluster, project, sourceJson, applicationJson } = recorded.event.value
  const source = readGitRepository(parse(sourceJson))
  const application = readKustomization(parse(applicationJson))
  // The gateway has checked both before it appended the event.
  if (source.kind === 'refused' || application.kind === 'refused') return
  const cause = causeOf(recorded)
  const parent = { id: '', cluster, project }
  const ref = (kind: string, apiVersion: string) =>
    ({ cluster, apiVersion, kind, namespace: NAMESPACE, name: NAMESPACE }) as const
  const sourceRef = ref('GitRepository', 'source.toolkit.fluxcd.io/v1')
  const before = plane.sourceOf.get(objectKey(sourceRef))
  const declaration = { model: source.model, ref: sourceRef, parent, cause }
  await declareSourceModel(deps, declaration, signal)
  const sourceId = plane.sourceOf.get(objectKey(sourceRef)) ?? ''
  const object = ref('Kustomization', 'kustomize.toolkit.fluxcd.io/v1')
  const id = applicationId(object)
  const state = plane.application(id)
  const same = before === sourceId && state.removed === undefined
  if (same && Buffer.from(state.declared?.objectJson ?? []).equals(applicationJson)) return
  const declared = event('ApplicationDeclared', {
    applicationId: id,
    object,
    cluster,
    project,
    parentId: '',
    sourceId,
    objectJson: applicationJson,
    generation: (state.declared?.generation ?? 0n) + 1n,
  })
  decisions.record(cause, [{ stream: streams.application(id), event: declared }])
  await considerRender(deps, id, cause, signal)
  releaseInputs(deps, cause)
}

function parse(json: Uint8Array): unknown {
  return JSON.parse(Buffer.from(json).toString('utf8'))
}
