import { EnvsubstError } from './envsubst-error.ts'

const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*$/

/**
 * The variables of a Flux Kustomization: of the `substituteFrom` objects in their order, then the inline ones; later ones win. As
 * fluxcd/pkg/kustomize v1.39.0, line breaks are taken out of all values. Throws ENVSUBST_NAME for a name that is none.
 */
export function collectVariables(
  sources: Iterable<ReadonlyMap<string, string>>,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const source of sources) {
    for (const [name, value] of source) variables.set(name, value.replaceAll('\n', ''))
  }
  for (const name of variables.keys()) {
    if (NAME.test(name)) continue
    throw new EnvsubstError(
      'ENVSUBST_NAME',
      `${JSON.stringify(name)} is no name of a variable: letters, digits and _, no digit first`,
      `'${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`,
    )
  }
  return variables
}
