import { systemClock } from '@tidemark/kernel'
import type { KubeClient } from '@tidemark/kube'
import { canonicalJson, field, readManifest, textField, type JsonObject } from '@tidemark/manifests'

const JOBS = { group: 'batch', version: 'v1', kind: 'Job' }
const LOOK_MS = 10
const OUTCOME = 'test/outcome'

/** How a Job is to end; it runs for ever with `hang`. */
export type JobOutcome = 'succeed' | 'fail' | 'hang'

/** A Job that ends as it is told to. */
export function job(name: string, outcome: JobOutcome = 'succeed'): JsonObject {
  const container = { name: 'main', image: 'busybox', command: ['true'] }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default', annotations: { [OUTCOME]: outcome } },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
  }
}

/** Stands for the controllers of a cluster that has none: it ends Jobs, and remembers which were there. */
export class JobRunner implements AsyncDisposable {
  /** Names of the Jobs, as often as each was created. */
  readonly ran: string[] = []
  readonly #client: KubeClient
  readonly #ending = new AbortController()
  readonly #running: Promise<void>
  readonly #seen = new Set<string>()

  constructor(client: KubeClient) {
    this.#client = client
    this.#running = this.#run(this.#ending.signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const listed = await this.#client.list(JOBS, {}, signal).catch(() => undefined)
      const jobs = listed?.kind === 'listed' ? listed.objects : []
      const byAge = jobs.toSorted((left, right) => Number(versionOf(left) - versionOf(right)))
      for (const one of byAge) await this.#end(one, signal).catch(() => undefined)
      await systemClock.sleep(LOOK_MS, signal)
    }
  }

  async #end(live: JsonObject, signal: AbortSignal): Promise<void> {
    const { identity } = readManifest(live, 'job')
    const uid = textField(live, 'metadata', 'uid') ?? ''
    if (!this.#seen.has(uid)) {
      this.#seen.add(uid)
      this.ran.push(identity.name)
    }
    const outcome = textField(live, 'metadata', 'annotations', OUTCOME)
    if (outcome === 'hang' || field(live, 'status', 'conditions') !== undefined) return
    const operations = [{ op: 'add', path: '/status', value: statusOf(outcome === 'fail') }]
    await this.#client.patch(
      { ref: identity, operations: canonicalJson(operations), subresource: 'status' },
      { fieldManager: 'job-runner' },
      signal,
    )
  }
}

/** As the API server wants it of a Job that has ended. */
function statusOf(isFailed: boolean): JsonObject {
  const time = '2026-01-02T03:04:05Z'
  const condition = (type: string): JsonObject => ({
    type,
    status: 'True',
    lastTransitionTime: time,
    lastProbeTime: time,
    message: isFailed ? 'the test says so' : '',
  })
  return isFailed
    ? {
        startTime: time,
        failed: 1,
        conditions: [condition('FailureTarget'), condition('Failed')],
      }
    : {
        startTime: time,
        completionTime: time,
        succeeded: 1,
        conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
      }
}

function versionOf(live: JsonObject): bigint {
  return BigInt(textField(live, 'metadata', 'resourceVersion') ?? '0')
}
