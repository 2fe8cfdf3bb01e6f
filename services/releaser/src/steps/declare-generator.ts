import { describeProblems, readArtifactGenerator } from '@tidemark/flux'
import { objectKey } from '../domain/source.ts'
import { declareSourceModel } from './declare-source.ts'
import type { ReleaserDeps } from './deps.ts'
import { endRefusal, nameOf, refuse, type Declaration } from './refuse-object.ts'

/**
 * Declares the artifacts that an ArtifactGenerator makes, as the ExternalArtifacts that Flux would write for them. Gives
 * their keys; of a generator that cannot be used, those that are there already, which stay.
 */
export async function declareGenerator(
  deps: ReleaserDeps,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { object, ref, parent, cause } = declaration
  const read = readArtifactGenerator(object)
  if (read.kind === 'refused') {
    refuse(deps, declaration, describeProblems(nameOf(declaration), read.problems))
    return [...deps.plane.sources.values()].flatMap(({ objects }) =>
      objects
        .filter((held) => held.declaredBy === parent.id && held.ref?.kind === 'ExternalArtifact')
        .map(({ key }) => key),
    )
  }
  endRefusal(deps, declaration)
  const keys: string[] = []
  for (const model of read.model) {
    const { cluster } = ref
    const { kind, namespace, name } = model
    const made = { cluster, apiVersion: 'source.toolkit.fluxcd.io/v1', kind, namespace, name }
    keys.push(objectKey(made))
    await declareSourceModel(deps, { model, ref: made, parent, cause }, signal)
  }
  return keys
}
