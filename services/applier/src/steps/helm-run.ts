import { HelmAction, HelmOutcome, type AnyEvent, type ApplyRequested } from '@tidemark/contracts'
import type { HelmActions } from '@tidemark/flux'
import { inventoryId, type Manifest, type ObjectIdentity } from '@tidemark/manifests'
import { causeFrom } from '@tidemark/service'
import { underWay, type HelmRun } from '../domain/helm-release.ts'
import type { KnownDeployment } from './deployments.ts'
import { recordDeployment, type ApplierDeps } from './deps.ts'
import type { ReadHelm } from './read-helm.ts'

/** What came of a part of an action. Only time, or the cluster, can end a wait: no worker is held for it. */
export type Progress = { readonly kind: 'done' } | { readonly kind: 'waiting' } | FailedProgress

interface FailedProgress {
  readonly kind: 'failed'
  readonly outcome: HelmOutcome
  readonly message: string
  /** Whether the records stay as they are: a test has failed, or nothing was begun. */
  readonly installed?: boolean
}

export const DONE: Progress = { kind: 'done' }
export const WAITING: Progress = { kind: 'waiting' }

export function failed(
  message: string,
  outcome: HelmOutcome = HelmOutcome.HELM_OUTCOME_FAILED,
): FailedProgress {
  return { kind: 'failed', outcome, message: message.slice(0, MESSAGE_MAX) }
}

const MESSAGE_MAX = 1_000

/** What the parts of one action work with. */
export interface ActionContext {
  readonly deps: ApplierDeps
  readonly id: string
  /** What was asked for; the bytes of the action may be others. */
  readonly requested: ApplyRequested
  readonly release: ReadHelm
  readonly actions: HelmActions
  readonly memory: HelmMemory
  readonly signal: AbortSignal
}

/** The action as it is by now. */
export function runOf({ deps, id }: Pick<ActionContext, 'deps' | 'id'>): HelmRun {
  const run = underWay(deps.deployments.get(id).state.helm)
  if (run === undefined) throw new Error(`${id}: an action goes on that is not under way`)
  return run
}

/** How long the action may take, and what it leaves out. */
export function limitsOf({ actions }: ActionContext, action: HelmAction): HelmActions['rollback'] {
  switch (action) {
    case HelmAction.HELM_ACTION_INSTALL:
      return actions.install
    case HelmAction.HELM_ACTION_UPGRADE:
      return actions.upgrade
    case HelmAction.HELM_ACTION_ROLLBACK:
      return actions.rollback
    default:
      return actions.uninstall
  }
}

/** The request with the bytes of the action in it. */
export function targetOf(requested: ApplyRequested, run: HelmRun): ApplyRequested {
  const { number, manifestDigest, manifestBlob, helmBlob, action } = run
  const isGone = action === HelmAction.HELM_ACTION_UNINSTALL
  const bytes = isGone ? { manifestBlob: '' } : { manifestBlob }
  return { ...requested, number, manifestDigest, helmBlob, ...bytes }
}

/** Appends events of an action, in the name of the request that it is for. */
export async function recordRun(
  { deps, id }: Pick<ActionContext, 'deps' | 'id'>,
  events: readonly AnyEvent[],
  signal: AbortSignal,
): Promise<void> {
  const { cause, version }: KnownDeployment = deps.deployments.get(id)
  const why = cause ?? causeFrom(`helm/${id}/${deps.name}/${version}`)
  await recordDeployment(deps, { id, cause: why, events }, signal)
}

/** What a process knows of actions beside the ledger: it does again after a restart what it has forgotten. */
export class HelmMemory {
  readonly #runs = new Map<string, { readonly key: string; readonly done: Set<string> }>()
  readonly #contents = new Map<string, { readonly blob: string; readonly release: ReadHelm }>()
  readonly #desired = new Map<
    string,
    { readonly blob: string; readonly objects: readonly Manifest[] }
  >()
  readonly #waiting = new Set<string>()
  /** Inventory id -> the application whose action waits for it. */
  readonly #awaited = new Map<string, string>()

  /** Runs something once for an action. */
  async once(
    { deps, id }: Pick<ActionContext, 'deps' | 'id'>,
    what: string,
    act: () => Promise<Progress>,
  ): Promise<Progress> {
    const { apply, attempt } = runOf({ deps, id })
    const key = `${apply}/${attempt}`
    const known = this.#runs.get(id)
    const run = known?.key === key ? known : { key, done: new Set<string>() }
    this.#runs.set(id, run)
    if (run.done.has(what)) return DONE
    const progress = await act()
    if (progress.kind === 'done') run.done.add(what)
    return progress
  }

  async release(id: string, blob: string, read: () => Promise<ReadHelm>): Promise<ReadHelm> {
    const known = this.#contents.get(id)
    if (known?.blob === blob) return known.release
    const release = await read()
    this.#contents.set(id, { blob, release })
    return release
  }

  async desired(
    id: string,
    blob: string,
    read: () => Promise<readonly Manifest[]>,
  ): Promise<readonly Manifest[]> {
    const known = this.#desired.get(id)
    if (known?.blob === blob) return known.objects
    const objects = await read()
    this.#desired.set(id, { blob, objects })
    return objects
  }

  /** Applications whose action waits: they are looked at again each second. */
  waiting(): readonly string[] {
    return [...this.#waiting]
  }

  isWaiting(id: string): boolean {
    return this.#waiting.has(id)
  }

  waits(id: string): void {
    this.#waiting.add(id)
  }

  /** The application waits for these objects: a change of one is a reason to look. */
  expects(id: string, objects: readonly ObjectIdentity[]): void {
    for (const identity of objects) this.#awaited.set(inventoryId(identity), id)
  }

  /** The application that waits for an object. */
  waiterFor(objectId: string): string | undefined {
    return this.#awaited.get(objectId)
  }

  /** The action of an application has ended. */
  forget(id: string): void {
    if (!this.#waiting.delete(id)) return
    for (const [object, waiter] of this.#awaited) if (waiter === id) this.#awaited.delete(object)
    this.#runs.delete(id)
    this.#contents.delete(id)
    this.#desired.delete(id)
  }
}
