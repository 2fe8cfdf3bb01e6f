import { closestName } from '@tidemark/service'
import type { ApplicationState } from './application-state.ts'
import type { ReadModel } from './read-model.ts'

const NAMES_MAX = 8

export type Found =
  | { readonly kind: 'found'; readonly state: ApplicationState }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'ambiguous'; readonly message: string }

/**
 * The application that a text names: its id, `name`, `namespace/name`, `cluster/name` or
 * `cluster/namespace/name`, where that names one.
 */
export function findApplication(model: ReadModel, text: string): Found {
  const exact = model.applications.get(text)
  if (exact !== undefined) return { kind: 'found', state: exact }
  const wanted = text.split('/')
  const matches = model
    .present()
    .filter((state) => spellings(state).some((one) => isSame(one, wanted)))
  const [first, ...others] = matches
  if (first === undefined) return unknown(model, text)
  if (others.length === 0) return { kind: 'found', state: first }
  const short = matches.map(shortName)
  const names = (new Set(short).size === short.length ? short : matches.map(fullName)).slice(
    0,
    NAMES_MAX,
  )
  const more = matches.length > NAMES_MAX ? ' and others' : ''
  return {
    kind: 'ambiguous',
    message: `${text} names ${names.join(', ')}${more}: name one of them like that`,
  }
}

function unknown(model: ReadModel, text: string): Found {
  const present = model.present()
  const candidates = text.includes('/') ? present.map(shortName) : present.map(plainName)
  const near = closestName(text, [...new Set(candidates)])
  const guess = near === undefined ? '' : `; did you mean ${near}?`
  return {
    kind: 'unknown',
    message: `there is no application ${text}${guess} (tidemark get applications lists them)`,
  }
}

function spellings(state: ApplicationState): readonly (readonly string[])[] {
  const { cluster } = state
  const [name, namespace] = [plainName(state), state.object?.namespace ?? '']
  return [[name], [namespace, name], [cluster, name], [cluster, namespace, name]]
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((part, index) => part === right[index])
}

/** `cluster/name`: how people name an application. */
function shortName(state: ApplicationState): string {
  return `${state.cluster}/${plainName(state)}`
}

function fullName(state: ApplicationState): string {
  return `${state.cluster}/${state.object?.namespace ?? ''}/${plainName(state)}`
}

function plainName({ object }: ApplicationState): string {
  return object?.name ?? ''
}
