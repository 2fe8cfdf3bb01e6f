import { isRecord } from '../fields.ts'
import type { LintObject, LintRepository } from './read-repository.ts'

export type Severity = 'error' | 'warning'

/** Where a rule found something in an object. */
export interface Hit {
  /** `spec.postBuild.substitute.name`; its line is that of the finding. */
  readonly field: string
  readonly message: string
  /** Where it is in another file than the object's. */
  readonly file?: string
  readonly line?: number
}

/** A trap of Flux's, and how to see whether an object is in it. */
export interface LintRule {
  readonly name: string
  readonly severity: Severity
  /** What Flux does that bites: for the reference. */
  readonly quirk: string
  /** What to do instead. */
  readonly todo: string
  /** Whose objects it looks at; none: at all that are no object of Flux's. */
  readonly kinds: readonly string[]
  readonly look: (object: LintObject, repository: LintRepository) => readonly Hit[]
}

/** The value at a path of names, if there is one. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  let found = value
  for (const name of names) found = isRecord(found) ? found[name] : undefined
  return found
}

/** The items of a list; none where it is no list. */
export function itemsAt(value: unknown, ...names: readonly string[]): readonly unknown[] {
  const found = at(value, ...names)
  return Array.isArray(found) ? found : []
}

/** One finding where something holds. */
export function when(holds: boolean, field: string, message: string): readonly Hit[] {
  return holds ? [{ field, message }] : []
}

export const HELM_RELEASE: readonly string[] = ['HelmRelease']
export const KUSTOMIZATION: readonly string[] = ['Kustomization']
