import {
  InputKind,
  streams,
  type EventOf,
  type Recorded,
  type RenderRequested,
} from '@tidemark/contracts'
import { load, type Loaded } from '@tidemark/event-store'
import { roleOf, type FluxInput } from '@tidemark/flux'
import { canonicalJson, manifestDigest, type KeyedDigest } from '@tidemark/manifests'
import { buildAppend, causeOf, type Surroundings } from '@tidemark/service'
import { encodeReads, type Reads } from '@tidemark/source-tree'
import { createHash } from 'node:crypto'
import {
  generatedFor,
  render,
  type Answer,
  type Outcome,
  type RenderState,
} from '../domain/render.ts'
import { openGenerated, packGenerated } from './generated.ts'
import { chartOf, digestedContents, packContents, releaseInputs } from './helm-contents.ts'
import { maskerOf, namedInputs, openInputs } from './open-inputs.ts'
import type { Artifacts, RenderEngine, RenderOutcome } from '../ports.ts'

/** Name and version of the engine. Recorded with each render, never a trigger (DECISIONS 8). */
const ENGINE = 'tidemark/kustomize-5.8'
const CHART_ENGINE = 'tidemark/helm-4.2'

export interface RenderApplicationDeps {
  readonly surroundings: Surroundings
  readonly engine: RenderEngine
  readonly artifacts: Artifacts
  readonly keyed: KeyedDigest
  /** The newest request that is known of an application: an older one is not worth its render. */
  readonly newestRequest: (applicationId: string) => bigint
  /** Streams as this process left them: nobody else writes there while it has the lease. */
  readonly known: Map<string, Loaded<RenderState>>
}

/** RenderRequested -> Rendered, or RenderFailed with the file and line; both are kept. */
export async function renderApplication(
  deps: RenderApplicationDeps,
  recorded: Recorded<EventOf<'RenderRequested'>>,
  signal: AbortSignal,
): Promise<void> {
  const { surroundings, newestRequest, known } = deps
  const requested = recorded.event.value
  const { applicationId, request, object, cluster } = requested

  // Read.
  if (request < newestRequest(applicationId)) return
  const stream = streams.render(applicationId)
  const { state, version } =
    known.get(applicationId) ?? (await load(surroundings.store, stream, render))
  if (request <= state.answered) return

  // Act.
  surroundings.crashPoints.at('renderer.taken')
  const outcome = await run(deps, { requested, state }, signal)
  surroundings.crashPoints.at('renderer.rendered')
  const answer = await keep(deps, requested, outcome)
  surroundings.crashPoints.at('renderer.blobs-kept')

  // Decide.
  const events = render.decide(answer, state)

  // Record.
  const cause = causeOf(recorded)
  const project = recorded.meta.project
  const append = buildAppend({
    writer: 'renderer',
    build: surroundings.build,
    events: events.map((event) => ({
      cause,
      stream,
      event,
      project,
      cluster: cluster || (object?.cluster ?? ''),
    })),
    expected: new Map([[stream, version]]),
  })
  known.delete(applicationId) // What another process may have written is read again.
  await surroundings.store.append(append, signal)
  surroundings.crashPoints.at('renderer.recorded')
  known.set(applicationId, {
    state: events.reduce(render.evolve, state),
    version: version + BigInt(events.length),
  })
}

async function run(
  { surroundings, engine, artifacts }: RenderApplicationDeps,
  { requested, state }: { readonly requested: RenderRequested; readonly state: RenderState },
  signal: AbortSignal,
): Promise<RenderOutcome> {
  const { applicationId, inputs, objectJson } = requested
  const remembered = generatedFor(state, requested)
  const missing = inputs.flatMap((input) => (input.missing === '' ? [] : [input.missing]))
  if (missing.length > 0) return refused('INPUT_MISSING', missing.join('; '))
  const artifact = inputs.find(({ kind }) => kind === InputKind.INPUT_KIND_ARTIFACT)
  const opened = await openInputs(surroundings.blobs, requested, signal)
  const tree = await artifacts.open(artifact?.blob ?? '', signal)
  const job = {
    key: applicationId,
    artifactDigest: artifact?.digest ?? '',
    tree,
    objectJson: Buffer.from(objectJson).toString('utf8'),
    variables: new Map(requested.variables.map(({ key, value }) => [key, value])),
    inputs: opened.given,
    unwrap: opened.unwrap,
    generated: await openGenerated(surroundings.blobs, remembered, signal),
    release: {
      number: Number(requested.releaseNumber),
      sourceRevision: artifact?.revision ?? '',
    },
  }
  return masked(await engine.render(job, signal), opened.all)
}

function refused(code: string, message: string): RenderOutcome {
  return { kind: 'failed', code, message, file: '', line: 0, reads: undefined }
}

/** Nothing that an event tells shows a value of a Secret. */
function masked(outcome: RenderOutcome, inputs: readonly FluxInput[]): RenderOutcome {
  if (outcome.kind === 'rendered' && outcome.warnings.length === 0) return outcome
  const masker = maskerOf(inputs)
  return outcome.kind === 'failed'
    ? { ...outcome, message: masker.mask(outcome.message), file: masker.mask(outcome.file) }
    : { ...outcome, warnings: outcome.warnings.map((warning) => masker.mask(warning)) }
}

/** Keeps what an event is too small for, and gives the digests. */
async function keep(
  { surroundings, keyed }: RenderApplicationDeps,
  requested: RenderRequested,
  outcome: RenderOutcome,
): Promise<Answer> {
  const { reads } = outcome
  const readsText = reads === undefined ? undefined : encodeReads(reads)
  const readSetDigest = readsText === undefined ? '' : sha256(readsText)
  if (outcome.kind === 'failed') {
    const [readSetBlob = ''] = await surroundings.blobs.putAll(readBytes(reads))
    const { code, message, file, line } = outcome
    return {
      requested,
      readSetDigest,
      readSetBlob,
      outcome: { kind: 'failed', code, message, file, line },
    }
  }
  const { objects, helm, warnings } = outcome
  const generated = packGenerated(outcome.generated)
  const manifests = Buffer.from(canonicalJson([...objects]))
  const [manifestBlob = '', readSetBlob = '', ...others] = await surroundings.blobs.putAll([
    manifests,
    ...readBytes(reads),
    ...(generated === undefined ? [] : [Buffer.from(generated)]),
    ...(helm === undefined ? [] : [packContents(helm)]),
  ])
  const [generatedBlob = ''] = generated === undefined ? [] : others
  const helmBlob = helm === undefined ? '' : (others.at(-1) ?? '')
  const rendered: Outcome = {
    kind: 'rendered',
    manifestDigest: manifestDigest([...objects, ...digestedContents(helm)], keyed),
    manifestBlob,
    objectCount: objects.filter((object) => roleOf(object) === 'applied').length,
    fluxObjectCount: objects.filter((object) => roleOf(object) === 'interpreted').length,
    inputsDigest: sha256(
      helm === undefined
        ? inputsText(readSetDigest, requested)
        : releaseInputs(readSetDigest, { helm, requested, keyed }),
    ),
    warnings,
    generatedDigest: generated === undefined ? '' : keyed(generated),
    generatedBlob,
    engine: helm === undefined ? ENGINE : CHART_ENGINE,
    helmBlob,
    chart: chartOf(helm),
  }
  return { requested, readSetDigest, readSetBlob, outcome: rendered }
}

/** All that a render depends on, beside the engine. */
function inputsText(readSetDigest: string, requested: RenderRequested): string {
  const { objectJson, variables } = requested
  const spec = sha256(Buffer.from(objectJson).toString('utf8'))
  const values = variables.map(({ key, value }) => [key, value])
  const named = namedInputs(requested).map(({ kind, ref, digest }) => [kind, ref, digest])
  const more = [values, named].map((list) =>
    list.length === 0 ? '' : `\n${sha256(JSON.stringify(list))}`,
  )
  return `${readSetDigest}\n${spec}${more.join('')}`
}

function readBytes(reads: Reads | undefined): readonly Uint8Array[] {
  return reads === undefined ? [] : [Buffer.from(JSON.stringify(reads))]
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}
