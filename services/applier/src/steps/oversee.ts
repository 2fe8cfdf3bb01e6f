import { Health } from '@tidemark/contracts'
import { inventoryId } from '@tidemark/manifests'
import { causeFrom } from '@tidemark/service'
import { planApply, plannedObjects } from '@tidemark/apply'
import { decideHealth } from '../domain/deployment.ts'
import type { AppliedRelease } from './apply-release.ts'
import { driftMode, ownerLabels, ownersOf, recordDeployment, type ApplierDeps } from './deps.ts'
import { runningRelease } from './running-release.ts'
import { ignoring } from './drift-rules.ts'
import { isDrifted } from './finished-jobs.ts'
import { judgeHealth } from './judge-health.ts'
import { readDesired, readInventory } from './read-release.ts'

/** Looks after the deployments of one cluster: is what was applied still there, and is it well? */
export class Overseer {
  readonly #deps: ApplierDeps
  readonly #overseen = new Map<string, AppliedRelease>()
  /** Inventory id -> the applications that have it. */
  readonly #owners = new Map<string, string>()

  constructor(deps: ApplierDeps) {
    this.#deps = deps
  }

  /** The application that an object of the cluster belongs to, if it is one of ours. */
  ownerOf(id: string): string | undefined {
    return this.#owners.get(id)
  }

  /** Ids of deployments that wait for something that only time can end. */
  waiting(): readonly string[] {
    return [...this.#overseen.keys()].filter((id) => this.isWaiting(id))
  }

  isWaiting(id: string): boolean {
    if (!this.#overseen.has(id)) return false
    const { state, requested } = this.#deps.deployments.get(id)
    return state.health === Health.HEALTH_PROGRESSING && requested?.options?.wait === true
  }

  /** Knows the deployment as it was applied last, and watches its kinds. */
  async learn(id: string, signal: AbortSignal): Promise<AppliedRelease | undefined> {
    const { state, removed } = this.#deps.deployments.get(id)
    const known = this.#overseen.get(id)
    const running = runningRelease(this.#deps.deployments.get(id))
    if (running === undefined || running.manifestBlob === '' || removed) {
      this.#forget(id)
      return undefined
    }
    if (known?.apply === state.finished && known.inventoryBlob === state.inventoryBlob) return known
    const desired = await readDesired(this.#deps, running, signal)
    const inventory = await readInventory(this.#deps, state.inventoryBlob, signal)
    await this.#deps.cluster.watch(
      desired.map(({ identity }) => identity),
      ownersOf(running),
      signal,
    )
    const { finished: apply, inventoryBlob } = state
    const applied = { apply, inventoryBlob, desired, inventory }
    this.know(id, applied)
    return applied
  }

  /** Knows the deployment by what has just applied it. */
  know(id: string, applied: AppliedRelease): void {
    this.#forget(id)
    this.#overseen.set(id, applied)
    for (const { identity } of applied.desired) this.#owners.set(inventoryId(identity), id)
  }

  /** Tells a change of health; says whether something has drifted. */
  async look(id: string, signal: AbortSignal): Promise<'in-sync' | 'drifted'> {
    const overseen = await this.learn(id, signal)
    if (overseen === undefined) return 'in-sync'
    await this.#tellHealth(id, overseen, signal)
    const { suspended, state } = this.#deps.deployments.get(id)
    if (suspended.inGit || suspended.byPerson) return 'in-sync'
    const running = runningRelease(this.#deps.deployments.get(id))
    if (running === undefined || driftMode(running) === 'disabled') return 'in-sync'
    // A drift that was told and put right by a process that ended then: it has no end yet.
    if (state.drifting) return 'drifted'
    return this.#hasDrifted(id, overseen) ? 'drifted' : 'in-sync'
  }

  async #tellHealth(id: string, { desired }: AppliedRelease, signal: AbortSignal): Promise<void> {
    const { deployments, cluster, surroundings, name } = this.#deps
    const { state, requested, startedAtMs, cause } = deployments.get(id)
    const { timeoutMs = 0n, wait = false } = requested?.options ?? {}
    const timesOutAtMs = wait ? startedAtMs + Number(timeoutMs) : undefined
    const nowMs = surroundings.clock.now()
    const verdict = judgeHealth({ desired, cluster, nowMs, timesOutAtMs })
    const late = state.health === Health.HEALTH_TIMED_OUT || state.health === Health.HEALTH_FAILED
    if (late && verdict.health === Health.HEALTH_PROGRESSING) return
    const events = decideHealth(state, { applicationId: id, cluster: name }, verdict)
    const why = cause ?? causeFrom(`health/${id}/${name}/${state.sequence}`)
    await recordDeployment(this.#deps, { id, cause: why, events }, signal)
    if (events.length > 0) surroundings.crashPoints.at('applier.health-recorded')
  }

  #hasDrifted(id: string, { desired, inventory }: AppliedRelease): boolean {
    const { cluster, deployments } = this.#deps
    const { requested } = deployments.get(id)
    const plan = planApply({
      desired,
      inventory,
      live: (identity) => cluster.live(identity),
      owner: ownerLabels(requested?.options),
      fieldManager: cluster.fieldManager,
      keyed: cluster.keyed,
      recreate: 'refused',
      prune: 'off',
      ...(requested === undefined ? {} : ignoring(requested)),
    })
    return plannedObjects(plan).some(isDrifted)
  }

  #forget(id: string): void {
    const known = this.#overseen.get(id)
    if (known === undefined) return
    this.#overseen.delete(id)
    for (const { identity } of known.desired)
      if (this.#owners.get(inventoryId(identity)) === id) this.#owners.delete(inventoryId(identity))
  }
}
