import type { Selector } from '@tidemark/kustomize'
import { canonicalJson, parseJson } from '@tidemark/manifests'
import { isRecord, parseDuration } from './fields.ts'
import { textOf } from './flux-object.ts'
import { partOf, recordsOf, targetOf } from './read-spec.ts'

/** What a HelmRelease says of the actions of Helm, with the defaults of helm-controller 1.6. */
export interface HelmActions {
  readonly install: HelmReleaseAction & { readonly createNamespace: boolean }
  readonly upgrade: HelmReleaseAction
  readonly rollback: HelmAction
  readonly uninstall: HelmAction & {
    readonly keepHistory: boolean
    readonly propagation: 'Background' | 'Foreground' | 'Orphan'
  }
  readonly test: {
    readonly enabled: boolean
    readonly timeoutMs: number
    readonly ignoreFailures: boolean
    readonly filters: readonly { readonly name: string; readonly exclude: boolean }[]
  }
  /** Records that stay in the cluster; 0 for all. */
  readonly recordsMax: number
  readonly drift: DriftDetection
  /** Whether another name of the chart is an upgrade, or an uninstall and an install. */
  readonly chartNameChange: 'reinstall' | 'upgrade'
}

/** One action: how long it may take, and what it leaves out. */
export interface HelmAction {
  readonly timeoutMs: number
  readonly hooks: boolean
  readonly wait: 'all' | 'without-jobs' | 'nothing'
}

/** An install or an upgrade. */
export interface HelmReleaseAction extends HelmAction {
  readonly crds: 'Skip' | 'Create' | 'CreateReplace'
  readonly takeOwnership: boolean
  readonly ignoreTestFailures: boolean
  readonly remedy: HelmRemedy
}

export interface HelmRemedy {
  /** `retry`: the same again after `retryIntervalMs`, and nothing is undone. */
  readonly strategy: 'remediate' | 'retry'
  readonly retryIntervalMs: number
  /** Below zero: without end. */
  readonly retries: number
  readonly remediateLast: boolean
  readonly by: 'rollback' | 'uninstall'
}

export interface DriftDetection {
  readonly mode: 'disabled' | 'warn' | 'enabled'
  readonly ignore: readonly DriftIgnore[]
}

/** Fields that may differ: JSON pointers, and of which objects. Selectors are regular expressions, as in Kustomize. */
export interface DriftIgnore {
  readonly paths: readonly string[]
  readonly target: Selector | undefined
}

type Spec = Readonly<Record<string, unknown>>

const TIMEOUT_MS = 300_000
const RETRY_MS = 300_000
const RECORDS_MAX = 5

const FIELDS = [
  'timeout',
  'targetNamespace',
  'maxHistory',
  'install',
  'upgrade',
  'rollback',
  'uninstall',
  'test',
  'driftDetection',
]

/** What `readHelmActions` reads of a spec, as canonical JSON: all that says how Helm acts, and no value of the chart. */
export function pickHelmActions(spec: Spec): string {
  const named = FIELDS.flatMap((name) => (name in spec ? [[name, spec[name]] as const] : []))
  return canonicalJson(parseJson(JSON.stringify(Object.fromEntries(named))))
}

/** Reads the parts of a HelmRelease's spec that say how Helm acts. The fields themselves were checked before. */
export function readHelmActions(spec: unknown): HelmActions {
  const whole = isRecord(spec) ? spec : {}
  const timeoutMs = parseDuration(textOf(whole['timeout'])) ?? TIMEOUT_MS
  const test = partOf(whole, 'test')
  const ignoreFailures = test['ignoreFailures'] === true
  const action = (name: string): HelmAction => actionOf(partOf(whole, name), timeoutMs)
  const uninstall = partOf(whole, 'uninstall')
  const releases = { timeoutMs, ignoreFailures }
  return {
    install: {
      ...releaseAction(partOf(whole, 'install'), { ...releases, kind: 'install' }),
      createNamespace:
        partOf(whole, 'install')['createNamespace'] === true &&
        textOf(whole['targetNamespace']) !== '',
    },
    upgrade: releaseAction(partOf(whole, 'upgrade'), { ...releases, kind: 'upgrade' }),
    rollback: action('rollback'),
    uninstall: {
      ...action('uninstall'),
      keepHistory: uninstall['keepHistory'] === true,
      propagation: propagationOf(uninstall['deletionPropagation']),
    },
    test: {
      enabled: test['enable'] === true,
      timeoutMs: parseDuration(textOf(test['timeout'])) ?? timeoutMs,
      ignoreFailures,
      filters: recordsOf(test['filters']).map((filter) => ({
        name: textOf(filter['name']),
        exclude: filter['exclude'] === true,
      })),
    },
    recordsMax: numberOf(whole['maxHistory']) ?? RECORDS_MAX,
    drift: driftOf(partOf(whole, 'driftDetection')),
    chartNameChange:
      partOf(whole, 'upgrade')['chartNameChangeStrategy'] === 'InPlaceUpdate'
        ? 'upgrade'
        : 'reinstall',
  }
}

function releaseAction(
  spec: Spec,
  {
    timeoutMs,
    ignoreFailures,
    kind,
  }: {
    readonly timeoutMs: number
    readonly ignoreFailures: boolean
    readonly kind: 'install' | 'upgrade'
  },
): HelmReleaseAction {
  const remediation = partOf(spec, 'remediation')
  const ignored = remediation['ignoreTestFailures']
  return {
    ...actionOf(spec, timeoutMs),
    crds: crdsOf(spec['crds']),
    takeOwnership: spec['disableTakeOwnership'] !== true,
    ignoreTestFailures: typeof ignored === 'boolean' ? ignored : ignoreFailures,
    remedy: remedyOf(spec, kind),
  }
}

function remedyOf(spec: Spec, kind: 'install' | 'upgrade'): HelmRemedy {
  const strategy = partOf(spec, 'strategy')
  const remediation = partOf(spec, 'remediation')
  const retries = numberOf(remediation['retries']) ?? 0
  const last = remediation['remediateLastFailure']
  const byDefault = kind === 'upgrade' && retries > 0
  return {
    strategy: strategy['name'] === 'RetryOnFailure' ? 'retry' : 'remediate',
    retryIntervalMs: parseDuration(textOf(strategy['retryInterval'])) ?? RETRY_MS,
    retries,
    remediateLast: typeof last === 'boolean' ? last : byDefault,
    by: kind === 'install' || remediation['strategy'] === 'uninstall' ? 'uninstall' : 'rollback',
  }
}

function actionOf(spec: Spec, timeoutMs: number): HelmAction {
  const jobs = spec['disableWaitForJobs'] === true ? 'without-jobs' : 'all'
  return {
    timeoutMs: parseDuration(textOf(spec['timeout'])) ?? timeoutMs,
    hooks: spec['disableHooks'] !== true,
    wait: spec['disableWait'] === true ? 'nothing' : jobs,
  }
}

/** The code of helm-controller creates for both; its documentation says that an upgrade skips. */
function crdsOf(policy: unknown): HelmReleaseAction['crds'] {
  return policy === 'Skip' || policy === 'CreateReplace' ? policy : 'Create'
}

function propagationOf(value: unknown): HelmActions['uninstall']['propagation'] {
  if (value === 'foreground') return 'Foreground'
  return value === 'orphan' ? 'Orphan' : 'Background'
}

function driftOf(spec: Spec): DriftDetection {
  const { mode } = spec
  return {
    mode: mode === 'warn' || mode === 'enabled' ? mode : 'disabled',
    ignore: recordsOf(spec['ignore']).map(({ paths, target }) => ({
      paths: Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [],
      target: targetOf(target),
    })),
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}
