import {
  ApplyOutcome,
  Health,
  LinkState,
  ObjectAction,
  Phase,
  type ReleaseChart,
} from '@tidemark/contracts'
import type { Tone } from './terminal.ts'

/** `Ready`, `Failed`: a phase for people. */
export function phaseName(phase: number): string {
  return wordOf(Phase, 'PHASE_', phase)
}

/** `Applied`, `Failed`: how an apply ended, for people; it has none while it is under way. */
export function outcomeName(outcome: number): string {
  return outcome === 0 ? 'Applying' : wordOf(ApplyOutcome, 'APPLY_OUTCOME_', outcome)
}

/** `Healthy`, `TimedOut`. */
export function healthName(health: number): string {
  return health === 0 ? 'Unknown' : wordOf(Health, 'HEALTH_', health)
}

/** `Done`, `Broken`. */
export function linkStateName(state: number): string {
  return wordOf(LinkState, 'LINK_STATE_', state)
}

/** `Create`, `Configure`. */
export function actionName(action: number): string {
  return wordOf(ObjectAction, 'OBJECT_ACTION_', action)
}

const GOOD = new Set(['Ready', 'Applied', 'applied', 'Healthy'])
const BAD = new Set(['Failed', 'failed', 'TimedOut'])

/** The tone of a word of state; what is neither good nor bad is under way, or waits. */
export function toneOf(word: string): Tone {
  if (GOOD.has(word)) return 'good'
  return BAD.has(word) ? 'bad' : 'busy'
}

/** `PHASE_TIMED_OUT` as `TimedOut`. */
function wordOf(
  names: Readonly<Record<string, string | number>>,
  start: string,
  value: number,
): string {
  const [key = `${start}UNKNOWN`] = Object.entries(names).find(([, known]) => known === value) ?? []
  return key
    .slice(start.length)
    .split('_')
    .map((word) => `${word.charAt(0)}${word.slice(1).toLowerCase()}`)
    .join('')
}

/** The chart of a release, in one line; empty where it is of none. */
export function describeChart(chart: ReleaseChart | undefined): string {
  if (chart === undefined) return ''
  const { name, version, appVersion } = chart
  return `${name} ${version}${appVersion === '' ? '' : ` (app ${appVersion})`}`
}
