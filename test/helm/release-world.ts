import { readReleaseSecret, releaseSelector } from '@tidemark/apply'
import { ApplyOutcome, HelmAction, HelmOutcome } from '@tidemark/contracts'
import { systemClock, systemRandom, type CrashPoints } from '@tidemark/kernel'
import { field, readManifest, textField, type JsonObject } from '@tidemark/manifests'
import { startSandbox, type Sandbox } from '@tidemark/sandbox'
import { expect } from 'vitest'
import { ApplierRig, type RigHook, type RigRelease } from '../rig/plane/applier-rig.ts'
import { job, JobRunner, type JobOutcome } from '../rig/plane/job-runner.ts'

export const NEVER: AbortSignal = new AbortController().signal
const CLUSTERS_MAX = 32

/** A cluster of its own, with an applier and somebody who ends Jobs. */
export interface ReleaseWorld extends AsyncDisposable {
  readonly rig: ApplierRig
  readonly jobs: JobRunner
}

/** Sandbox clusters without controllers, one for each test. */
export class ReleaseWorlds implements AsyncDisposable {
  readonly #sandbox: Sandbox
  #used = 0

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
  }

  static async open(): Promise<ReleaseWorlds> {
    const clusters = Array.from({ length: CLUSTERS_MAX }, (_, index) => `c${index}`)
    const [clock, random] = [systemClock, systemRandom]
    return new ReleaseWorlds(
      await startSandbox({ clock, random, clusters, controllers: 'off', port: 0 }),
    )
  }

  async world(crash?: CrashPoints): Promise<ReleaseWorld> {
    const rig = await ApplierRig.open(this.#sandbox.url(`c${this.#used}`), crash)
    this.#used += 1
    const jobs = new JobRunner(rig.client)
    return {
      rig,
      jobs,
      [Symbol.asyncDispose]: async () => {
        await jobs[Symbol.asyncDispose]()
        await rig[Symbol.asyncDispose]()
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox[Symbol.asyncDispose]()
  }
}

export function hook(
  name: string,
  events: readonly string[],
  more: Partial<RigHook> & { readonly outcome?: JobOutcome } = {},
): RigHook {
  const { outcome, ...rest } = more
  return { object: job(name, outcome), events, ...rest }
}

export function map(name: string, value: string, annotations: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, annotations },
    data: { color: value },
  }
}

/** Releases it, and expects that this went well. */
export async function install(rig: ApplierRig, release: RigRelease, number = 1): Promise<void> {
  const finished = await rig.finished('shop', await rig.apply('shop', { number, release }))
  expect(finished.message).toBe('')
  expect(finished.outcome).toBe(ApplyOutcome.APPLY_OUTCOME_APPLIED)
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Job: 'batch/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
}

export async function find(
  rig: ApplierRig,
  kind: string,
  name: string,
): Promise<JsonObject | undefined> {
  const namespace = kind === 'CustomResourceDefinition' ? '' : 'default'
  const apiVersion = API_VERSIONS[kind] ?? 'v1'
  const { identity } = readManifest({ apiVersion, kind, metadata: { name, namespace } }, 'test')
  const found = await rig.client.get(identity, NEVER)
  return found.kind === 'found' ? found.object : undefined
}

/** What the ConfigMap `settings` holds. */
export async function color(rig: ApplierRig): Promise<unknown> {
  return field(await find(rig, 'ConfigMap', 'settings'), 'data', 'color')
}

/** Helm's records of the release `shop`, the oldest first. */
export async function records(rig: ApplierRig): Promise<readonly string[]> {
  const kind = { group: '', version: 'v1', kind: 'Secret' }
  const selection = { namespace: 'default', labelSelector: releaseSelector('shop') }
  const listed = await rig.client.list(kind, selection, NEVER)
  const stored = listed.kind === 'listed' ? listed.objects.map(readReleaseSecret) : []
  return stored
    .map(({ record }) => record)
    .toSorted((left, right) => left.revision - right.revision)
    .map(
      ({ revision, status, json }) =>
        `${revision} ${status} ${textField(json, 'info', 'description')}`,
    )
}

/** The events of the release in a few words each. */
export async function story(rig: ApplierRig): Promise<readonly string[]> {
  return (await rig.events('shop')).map(({ type, value }) => {
    switch (type) {
      case 'HelmActionStarted':
        return `${type} ${actionName(value.action)} v${value.revision}`
      case 'HelmActionFinished':
        return `${type} ${actionName(value.action)} ${outcomeName(value.outcome)}`
      case 'HookStarted':
        return `${type} ${value.hookEvent} ${value.id.split('_')[1]}`
      case 'HookFinished':
        return `${type} ${value.hookEvent} ${value.id.split('_')[1]} ${outcomeName(value.outcome)}`
      default:
        return type
    }
  })
}

/** The actions among them. */
export async function actions(rig: ApplierRig): Promise<readonly string[]> {
  const lines = (await story(rig)).filter((line) => line.startsWith('HelmAction'))
  return lines.map((line) => line.replace('HelmAction', ''))
}

/** Lets a Job that hangs come to its end. */
export async function endJob(rig: ApplierRig, name: string): Promise<void> {
  const path = '/metadata/annotations/test~1outcome'
  const operations = JSON.stringify([{ op: 'replace', path, value: 'succeed' }])
  const ref = { group: 'batch', version: 'v1', kind: 'Job', namespace: 'default', name }
  await rig.client.patch({ ref, operations }, { fieldManager: 'test' }, NEVER)
}

/** A definition of the kind Widget that tells its singular. */
export function definition(singular: string): JsonObject {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular, kind: 'Widget' },
      versions: [version],
    },
  }
}

function actionName(action: HelmAction): string {
  return nameIn(HelmAction, action).replace('HELM_ACTION_', '')
}

function outcomeName(outcome: HelmOutcome): string {
  return nameIn(HelmOutcome, outcome).replace('HELM_OUTCOME_', '')
}

function nameIn(values: Readonly<Record<string, number>>, wanted: number): string {
  return Object.entries(values).find(([, value]) => value === wanted)?.[0] ?? String(wanted)
}
