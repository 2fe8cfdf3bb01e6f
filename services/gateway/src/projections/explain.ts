import {
  addressOf,
  applicationPath,
  ApplyOutcome,
  Health,
  LinkState,
  type Link,
} from '@tidemark/contracts'
import type { ApplicationState, ReleaseState } from './application-state.ts'
import type { ReadModel } from './read-model.ts'

/** The chain from source to health: what is done, what is under way, and the first broken link in full. */
export function explainApplication(state: ApplicationState, model: ReadModel): readonly Link[] {
  const links = [
    declarationLink(state),
    sourceLink(state, model),
    renderLink(state),
    releaseLink(state),
    dependenciesLink(state, model),
    clusterLink(state, model),
    applyLink(state),
    healthLink(state),
    holdLink(state),
  ]
  return links.filter((known): known is Link => known !== undefined)
}

interface Told {
  readonly summary: string
  readonly detail?: string
  readonly hint?: string
  readonly position?: bigint
}

function link(stage: string, state: LinkState, told: Told): Link {
  return { stage, state, detail: '', hint: '', position: 0n, ...told }
}

const { LINK_STATE_DONE, LINK_STATE_ACTIVE, LINK_STATE_BROKEN, LINK_STATE_PENDING } = LinkState

function declarationLink({ refusal }: ApplicationState): Link | undefined {
  if (refusal === '') return undefined
  return link('declaration', LINK_STATE_BROKEN, {
    summary: 'the object in Git cannot be used; what was declared before goes on',
    detail: refusal,
    hint: 'mend the object in Git and push',
  })
}

function sourceLink(state: ApplicationState, model: ReadModel): Link {
  const source = model.sourceOf(state)
  if (source?.failing !== undefined)
    return link('source', LINK_STATE_BROKEN, {
      summary: `${addressOf(source.declared)} cannot be read; the last revision stays`,
      detail: source.failing.message,
      hint: 'it is tried again by itself; tidemark reconcile source looks at once',
    })
  if (source?.fetched === undefined)
    return link('source', LINK_STATE_ACTIVE, { summary: 'waits for the first revision' })
  const { revision, commit } = source.fetched
  const subject = commit === undefined ? '' : ` (${commit.subject})`
  return link('source', LINK_STATE_DONE, { summary: `${revision}${subject}` })
}

function renderLink(state: ApplicationState): Link {
  const { renderFailure, requested, answered } = state
  if (renderFailure !== undefined && requested === answered) {
    const { file, line } = renderFailure
    const place = file === '' ? '' : ` in ${file}${line === 0 ? '' : `:${line}`}`
    return link('render', LINK_STATE_BROKEN, {
      summary: `${state.requestedRevision} does not render${place}; the last good release stays`,
      detail: renderFailure.message,
      hint: 'mend the file and push',
    })
  }
  if (requested > answered)
    return link('render', LINK_STATE_ACTIVE, { summary: `rendering ${state.requestedRevision}` })
  return requested === 0n
    ? link('render', LINK_STATE_PENDING, { summary: 'nothing to render yet' })
    : link('render', LINK_STATE_DONE, { summary: state.requestedRevision })
}

function releaseLink({ releases, confirmedRevision }: ApplicationState): Link {
  const newest = releases.at(-1)
  if (newest === undefined)
    return link('release', LINK_STATE_PENDING, { summary: 'no release yet' })
  return link('release', LINK_STATE_DONE, {
    summary: `release ${newest.number}, ${newest.objectCount} objects, ${contentOf(newest, confirmedRevision)}`,
    position: newest.position,
  })
}

/** The chart that a release is of, else its revision. */
function contentOf({ chart }: ReleaseState, revision: string): string {
  return chart === undefined ? revision : `chart ${chart.name} ${chart.version}`
}

function dependenciesLink({ rollout }: ApplicationState, model: ReadModel): Link | undefined {
  if (rollout?.phase !== 'planned' || rollout.waitsFor.length === 0) return undefined
  const names = rollout.waitsFor.map(applicationPath)
  const missing = rollout.waitsFor.filter((id) => !model.applications.has(id)).map(applicationPath)
  const unknown = missing.length === 0 ? '' : `${missing.join(', ')}: not declared on this cluster`
  return link('dependencies', missing.length === 0 ? LINK_STATE_ACTIVE : LINK_STATE_BROKEN, {
    summary: `waits for ${names.join(', ')}`,
    detail: unknown,
    hint: `tidemark why ${names[0] ?? ''}`,
    position: rollout.position,
  })
}

/** Only where it cannot be reached. */
function clusterLink({ cluster }: ApplicationState, model: ReadModel): Link | undefined {
  const known = model.clusters.get(cluster)
  if (known === undefined || known.reachable) return undefined
  return link('cluster', LINK_STATE_BROKEN, {
    summary: `cluster ${cluster} cannot be reached; what runs there stays`,
    detail: known.message,
    hint: `it is tried again by itself; tidemark cluster check ${cluster} looks from here`,
  })
}

function applyLink({ id, deployment, rollout }: ApplicationState): Link {
  if (deployment === undefined)
    return link('apply', LINK_STATE_PENDING, { summary: 'nothing was applied yet' })
  const { finished, number, position } = deployment
  if (
    finished === undefined ||
    (rollout?.phase === 'started' && deployment.apply !== rollout.apply)
  )
    return link('apply', LINK_STATE_ACTIVE, { summary: `applying release ${number}`, position })
  if (finished.outcome === ApplyOutcome.APPLY_OUTCOME_FAILED)
    return link('apply', LINK_STATE_BROKEN, {
      summary: `release ${number} was not applied in full`,
      detail: [finished.message, ...finished.results.map(({ message }) => message)]
        .filter((text, index, all) => text !== '' && all.indexOf(text) === index)
        .join('\n'),
      hint: 'it is tried again by itself; mend the object in Git, give the rights that are missing, or raise the quota',
      position,
    })
  const counts = finished.counts
  const summary =
    `release ${number}: ${counts?.created ?? 0} created, ${counts?.configured ?? 0} configured, ` +
    `${counts?.unchanged ?? 0} unchanged, ${counts?.pruned ?? 0} pruned`
  if (finished.outcome === ApplyOutcome.APPLY_OUTCOME_HELD)
    return link('apply', LINK_STATE_BROKEN, {
      summary,
      detail: finished.message,
      hint: `tidemark reconcile ${applicationPath(id)} --approve-prune --reason ... lets the deletions go on`,
      position,
    })
  return link('apply', LINK_STATE_DONE, { summary, position })
}

function healthLink({ deployment }: ApplicationState): Link {
  const pending = link('health', LINK_STATE_PENDING, { summary: 'not known yet' })
  if (deployment?.finished === undefined) return pending
  const { health, healthMessage, objects, position } = deployment
  const detail = objects.map(({ id, message }) => `${id}: ${message}`).join('\n')
  switch (health) {
    case Health.HEALTH_HEALTHY:
      return link('health', LINK_STATE_DONE, { summary: 'all objects are ready', position })
    case Health.HEALTH_PROGRESSING:
      return link('health', LINK_STATE_ACTIVE, { summary: healthMessage, detail, position })
    case Health.HEALTH_FAILED:
    case Health.HEALTH_TIMED_OUT:
      return link('health', LINK_STATE_BROKEN, {
        summary: healthMessage,
        detail,
        hint: 'look at the object on the cluster; the next release or a rollback replaces it',
        position,
      })
    default:
      return pending
  }
}

function holdLink({ id, hold }: ApplicationState): Link | undefined {
  if (hold === undefined) return undefined
  return link('hold', LINK_STATE_ACTIVE, {
    summary: `held at release ${hold.number}: ${hold.reason}`,
    hint: `tidemark rollback ${applicationPath(id)} --lift goes on to the newest release`,
  })
}
