import { KustomizeError } from '@tidemark/kustomize'
import { SourceError } from '@tidemark/source-tree'
import { isRecord } from '../fields.ts'
import { textOf } from '../flux-object.ts'
import { buildFluxKustomization } from '../kustomization/build-flux-kustomization.ts'
import { at, itemsAt } from './lint-rule.ts'
import type { LintObject, LintRepository } from './read-repository.ts'

/** An object that a Kustomization delivers, before variables are put in. */
export interface BuiltText {
  readonly kind: string
  readonly name: string
  readonly yaml: string
  readonly file: string
}

/** What a Kustomization delivers from this repository; nothing where its path is not here, or does not build. */
export function builtTexts({ spec }: LintObject, { tree }: LintRepository): readonly BuiltText[] {
  const path = textOf(at(spec, 'path')).replaceAll(/^(?:\.?\/)+|\/+$/gu, '')
  if (!isRecord(spec) || (path !== '' && tree.stat(path)?.kind !== 'folder')) return []
  const { postBuild: _, ...rest } = spec
  try {
    const { objects } = buildFluxKustomization({ tree, path, spec: rest, encrypted: 'left' })
    return objects.map(({ kind, name, yaml, origin }) => ({
      kind,
      name,
      yaml,
      file: origin.path,
    }))
  } catch (error) {
    if (error instanceof KustomizeError || error instanceof SourceError) return []
    throw error
  }
}

export interface Variables {
  readonly inline: ReadonlyMap<string, string>
  readonly given: readonly ReadonlyMap<string, string>[]
  /** Some come from an object that is not in the repository. */
  readonly isOpen: boolean
}

/** The variables of a Kustomization, as far as the repository has them. */
export function variablesOf(
  { spec, namespace }: LintObject,
  { written }: LintRepository,
): Variables {
  const given: ReadonlyMap<string, string>[] = []
  let isOpen = false
  for (const { kind, value } of written)
    if (kind === 'Cluster') given.push(textsOf(at(value, 'spec', 'variables')))
  for (const entry of itemsAt(spec, 'postBuild', 'substituteFrom')) {
    const found = written.find(
      (each) =>
        each.kind === textOf(at(entry, 'kind')) &&
        each.name === textOf(at(entry, 'name')) &&
        each.namespace === namespace,
    )
    if (found === undefined || found.kind === 'Secret') isOpen = true
    else given.push(textsOf(at(found.value, 'data')))
  }
  return { inline: textsOf(at(spec, 'postBuild', 'substitute')), given, isOpen }
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(isRecord(value) ? value : {}).map(([name, each]) => [name, textOf(each)]),
  )
}
