import {
  applicationId,
  ApplyOutcome,
  type ApplyFinished,
  type ObjectRef,
  type ObjectResult,
  type Recorded,
} from '@tidemark/contracts'
import type { Told } from './flux-event.ts'
import {
  healthOf,
  outcomeOf,
  stopOf,
  type KnownApplication,
  type KnownObjects,
  type Outcome,
} from './known-objects.ts'

/** What an event of the ledger is to people who follow Flux's events. `known` is what was before it. */
export function tell(known: KnownObjects, recorded: Recorded): readonly Told[] {
  const { type, value } = recorded.event
  switch (type) {
    case 'RevisionFetched':
    case 'FetchFailed':
    case 'FetchRecovered':
      return tellSource(known, recorded)
    case 'RevisionAdmitted':
      return tellCovered(known, value.sourceId, value.revision)
    case 'ApplicationRefused':
      return tellRefused(known, value)
    default:
      break
  }
  if (!('applicationId' in value)) return []
  const application = known.applications.get(value.applicationId)
  return application?.object === undefined ? [] : tellApplication(known, application, recorded)
}

function tellApplication(
  known: KnownObjects,
  application: KnownApplication,
  { event: { type, value } }: Recorded,
): readonly Told[] {
  const at = (revision: string): Place => ({ known, application, revision })
  const atRelease = (number: bigint): Place => at(application.releases.get(number) ?? '')
  switch (type) {
    case 'RenderFailed': {
      const revision = application.requests.get(value.request) ?? application.requestedRevision
      const { message } = value
      return [ended(at(revision), { kind: 'bad', reason: 'BuildFailed', message })]
    }
    case 'ReleaseConfirmed':
      return tellAgain(at(value.revision), 'outcome')
    case 'ApplyFinished':
      return tellApply(atRelease(value.number), value)
    case 'DriftCorrected':
      return [change(atRelease(value.number), 'Progressing', listOf(value.results, 'corrected'))]
    case 'DriftDetected': {
      const drifts = value.objects.map(({ id, fields }) => `${id} drifted: ${fields.join(', ')}`)
      return [change(atRelease(value.number), 'DriftDetected', drifts.join('\n'))]
    }
    case 'RolloutCompleted':
      return tellCompleted(atRelease(value.number), value.number)
    case 'RolloutStopped': {
      const outcome = stopOf(value)
      return outcome === undefined ? [] : [ended(atRelease(value.number), outcome)]
    }
    case 'HealthChanged':
      return tellHealth(atRelease(value.number), healthOf(value))
    default:
      return []
  }
}

interface Place {
  readonly known: KnownObjects
  readonly application: KnownApplication
  readonly revision: string
}

/** An apply that changed something; what it refused is told where its rollout ends. */
function tellApply(place: Place, { outcome, counts, message }: ApplyFinished): readonly Told[] {
  if (outcome === ApplyOutcome.APPLY_OUTCOME_HELD)
    return [ended(place, { kind: 'bad', reason: 'PruneFailed', message })]
  if (outcome !== ApplyOutcome.APPLY_OUTCOME_APPLIED) return []
  const { created = 0, configured = 0, pruned = 0 } = counts ?? {}
  const isHelm = place.application.object?.kind === 'HelmRelease'
  if (isHelm || created + configured + pruned === 0) return []
  const text = `${created} created, ${configured} configured, ${pruned} deleted`
  return [change(place, 'Progressing', text)]
}

/** A release runs; a newer commit that changed nothing for it has come to the same. */
function tellCompleted(place: Place, number: bigint): readonly Told[] {
  const { known, application, revision } = place
  const done = ended(place, { kind: 'good' }, `Reconciliation finished: release ${number} runs`)
  const newest = known.sourceOf(application.sourceObject)?.revision ?? revision
  const isSettled = application.requestedRevision === revision && newest !== revision
  const covered = isSettled ? tellAs({ ...place, revision: newest }, 'covered', GOOD) : []
  return [done, ...covered]
}

/** Health that changes while nothing is rolled out: a rollout has an end of its own. */
function tellHealth(place: Place, outcome: Outcome | undefined): readonly Told[] {
  const { rolling, rolled: before } = place.application
  if (rolling || outcome === undefined) return []
  if (outcome.kind === 'bad') return [ended(place, outcome)]
  return before?.kind === 'bad' ? [ended(place, outcome, 'Health check passed')] : []
}

/** Applications for which a commit changed nothing: what they came to before holds for it. */
function tellCovered(known: KnownObjects, sourceId: string, revision: string): readonly Told[] {
  const objects = new Set(known.sources.get(sourceId)?.objects.map(applicationId) ?? [])
  return [...known.applications.values()]
    .filter(({ sourceObject, requestedRevision, object }) => {
      const isUser = object !== undefined && objects.has(sourceObject)
      return isUser && requestedRevision !== revision
    })
    .flatMap((application) => tellAgain({ known, application, revision }, 'covered'))
}

function tellAgain(place: Place, news: 'covered' | 'outcome'): readonly Told[] {
  const { stands, rolling } = place.application
  const outcome = outcomeOf(place.application)
  return stands || rolling || outcome === undefined ? [] : tellAs(place, news, outcome)
}

function tellAs(place: Place, news: Told['news'], outcome: Outcome): readonly Told[] {
  return [{ ...ended(place, outcome, `Reconciliation finished: nothing to change`), news }]
}

const GOOD: Outcome = { kind: 'good' }

function ended(place: Place, outcome: Outcome, message = ''): Told {
  const { application } = place
  const isHelm = application.object?.kind === 'HelmRelease'
  if (outcome.kind === 'bad')
    return {
      ...toldOf(place),
      severity: 'error',
      reason: isHelm ? helmReason(application, 'Failed') : outcome.reason,
      message: outcome.message,
      news: 'change',
    }
  return {
    ...toldOf(place),
    severity: 'info',
    reason: isHelm ? helmReason(application, 'Succeeded') : 'ReconciliationSucceeded',
    message: message === '' ? 'Reconciliation finished' : message,
    news: 'outcome',
  }
}

function helmReason({ wasApplied }: KnownApplication, end: 'Failed' | 'Succeeded'): string {
  return `${wasApplied ? 'Upgrade' : 'Install'}${end}`
}

function change(place: Place, reason: string, message: string): Told {
  return { ...toldOf(place), severity: 'info', reason, message, news: 'change' }
}

function toldOf(place: Place): Omit<Told, 'severity' | 'reason' | 'message' | 'news'> {
  const { application, revision } = place
  const { labels, annotations, object = NOBODY } = application
  const origin = originOf(place)
  const metadata = new Map([
    ...(revision === '' ? [] : [['revision', revision] as const]),
    ...(origin === '' ? [] : [['originRevision', origin] as const]),
  ])
  return { object, labels, annotations, metadata, commit: commitOf(place, origin) }
}

/** Of an OCI artifact that says what it was built from. */
function originOf({ known, application, revision }: Place): string {
  const source = known.sourceOf(application.sourceObject)
  return source?.revision === revision ? source.originRevision : ''
}

/** The Git commit behind a revision; a HelmRelease has that of the application that holds it. */
function commitOf({ known, application, revision }: Place, origin: string): string {
  const { annotations, sourceKind, object, parentId } = application
  const said = annotations.get('commit')
  if (said !== undefined) return hashOf(said) || said
  if (origin !== '') return hashOf(origin)
  if (sourceKind === 'GitRepository') return hashOf(revision)
  const parent = object?.kind === 'HelmRelease' ? known.applications.get(parentId) : undefined
  return parent?.sourceKind === 'GitRepository' ? hashOf(parent.requestedRevision) : ''
}

/** The commit in `main@sha1:<hex>` or `sha1:<hex>`; empty where there is none. */
function hashOf(revision: string): string {
  const [, sha1, sha256] =
    /(?:^|@)(?:sha1:([0-9a-f]{40})|sha256:([0-9a-f]{64}))$/u.exec(revision) ?? []
  return sha1 ?? sha256 ?? ''
}

const NOBODY: ObjectRef = { cluster: '', apiVersion: '', kind: '', namespace: '', name: '' }

/** An object that cannot be used as it is written: told with the commit that it is in. */
function tellRefused(
  known: KnownObjects,
  {
    object,
    message,
    parentId,
  }: { object?: ObjectRef | undefined; message: string; parentId: string },
): readonly Told[] {
  const parent = known.applications.get(parentId)
  if (object === undefined || parent === undefined) return []
  const place = { known, application: parent, revision: parent.requestedRevision }
  const { metadata, commit } = toldOf(place)
  const own = known.applications.get(applicationId(object))
  const labels = own?.labels ?? new Map()
  const annotations = own?.annotations ?? new Map()
  const severity = 'error' as const
  const reason = 'ReconciliationFailed'
  return [
    { object, labels, annotations, metadata, commit, severity, reason, message, news: 'change' },
  ]
}

function tellSource(known: KnownObjects, { event }: Recorded): readonly Told[] {
  const { type, value } = event
  if (!('sourceId' in value)) return []
  const source = known.sources.get(value.sourceId)
  if (source === undefined) return []
  return source.objects.flatMap((object): readonly Told[] => {
    const labels = source.labels.get(applicationId(object)) ?? new Map<string, string>()
    const told = { object, labels, annotations: new Map(), commit: '' }
    switch (type) {
      case 'RevisionFetched': {
        const { revision, commit } = value
        const message = storedMessage(object.kind, revision, commit?.subject)
        const metadata = new Map([['revision', revision]])
        return [
          { ...told, severity: 'info', reason: 'NewArtifact', message, metadata, news: 'change' },
        ]
      }
      case 'FetchFailed': {
        const { message } = value
        const reason = failureReason(object.kind, value.code)
        const metadata = new Map<string, string>()
        return [{ ...told, severity: 'error', reason, message, metadata, news: 'change' }]
      }
      case 'FetchRecovered': {
        const message = `stored artifact for revision '${value.revision}'`
        const metadata = new Map([['revision', value.revision]])
        return [
          { ...told, severity: 'info', reason: 'Succeeded', message, metadata, news: 'change' },
        ]
      }
      default:
        return []
    }
  })
}

function storedMessage(kind: string, revision: string, subject: string | undefined): string {
  if (kind === 'GitRepository' && subject !== undefined)
    return `stored artifact for commit '${subject}'`
  return `stored artifact for revision '${revision}'`
}

const FAILURES: Readonly<Record<string, string>> = {
  GitRepository: 'GitOperationFailed',
  OCIRepository: 'OCIArtifactPullFailed',
  Bucket: 'BucketOperationFailed',
  HelmRepository: 'IndexationFailed',
  HelmChart: 'ChartPullError',
}

function failureReason(kind: string, code: string): string {
  return code === 'SOURCE_AUTHENTICATION'
    ? 'AuthenticationFailed'
    : (FAILURES[kind] ?? 'FetchFailed')
}

function listOf(results: readonly ObjectResult[], what: string): string {
  return results.map(({ id }) => `${id} ${what}`).join('\n')
}
