import { streams } from '@tidemark/contracts'
import {
  codeOf,
  runWithLease,
  type RunningService,
  type SnapshotsOptions,
  type Steps,
  type Surroundings,
} from '@tidemark/service'
import type { SourceTree } from '@tidemark/source-tree'
import { blobLibrary } from './adapters/blob-library.ts'
import { followLedger } from './adapters/follow-ledger.ts'
import {
  answerHoldLift,
  answerReconcile,
  answerResume,
  answerRollback,
  answerSuspend,
} from './steps/answer-request.ts'
import { cutRelease } from './steps/cut-release.ts'
import { declareRoot } from './steps/declare-root.ts'
import type { ReleaserDeps } from './steps/deps.ts'
import { followInput } from './steps/follow-input.ts'
import { followRegistration } from './steps/describe-cluster.ts'
import { forgetCluster } from './steps/forget-cluster.ts'
import { followApply, followHealth } from './steps/follow-rollout.ts'
import { requestRenders } from './steps/request-renders.ts'

export interface ReleaserParts {
  readonly openArtifact: (blob: string, signal: AbortSignal) => Promise<SourceTree>
  /** How many events at least lie between two snapshots. */
  readonly snapshotEvents: number
}

/** The releaser: one active copy at a time, the others wait for its lease. */
export function startReleaser(
  surroundings: Surroundings,
  { openArtifact, snapshotEvents }: ReleaserParts,
): RunningService {
  const library = blobLibrary({ blobs: surroundings.blobs, openArtifact })
  const name = 'releaser-0'
  return runWithLease('releaser', surroundings, [
    {
      resource: name,
      run: async (epoch, signal) => {
        const snapshots = await snapshotsOf(name, snapshotEvents)
        const options = { name, epoch, library, steps: releaserSteps, snapshots }
        await followLedger(surroundings, options, signal)
      },
    },
  ])
}

async function snapshotsOf(reader: string, eventsMin: number): Promise<SnapshotsOptions> {
  const code = await codeOf([new URL('domain/', import.meta.url)])
  return { reader, writer: 'releaser', stream: streams.planeSnapshot(reader), code, eventsMin }
}

/** Which step answers which event. */
export function releaserSteps(deps: ReleaserDeps): Steps {
  return {
    ClusterRegistered: (recorded, signal) => followRegistration(deps, recorded, signal),
    ClusterRemoved: (recorded) => forgetCluster(deps, recorded),
    RootDeclared: (recorded, signal) => declareRoot(deps, recorded, signal),
    RevisionFetched: (recorded, signal) => requestRenders(deps, recorded, signal),
    Rendered: (recorded) => cutRelease(deps, recorded),
    ApplyFinished: (recorded, signal) => followApply(deps, recorded, signal),
    HealthChanged: (recorded) => followHealth(deps, recorded),
    ClusterInputObserved: (recorded, signal) => followInput(deps, recorded, signal),
    SecretSet: (recorded, signal) => followInput(deps, recorded, signal),
    SecretUnset: (recorded, signal) => followInput(deps, recorded, signal),
    RollbackRequested: (recorded) => answerRollback(deps, recorded),
    HoldLiftRequested: (recorded, signal) => answerHoldLift(deps, recorded, signal),
    ReconcileRequested: (recorded, signal) => answerReconcile(deps, recorded, signal),
    SuspendRequested: (recorded) => answerSuspend(deps, recorded),
    ResumeRequested: (recorded, signal) => answerResume(deps, recorded, signal),
  }
}
