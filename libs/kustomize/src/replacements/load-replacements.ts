import { isYamlList, isYamlMap } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import type { Replacement, ReplacementField } from '../kustomization/model.ts'
import { replacementShape } from '../kustomization/model-shapes.ts'
import { readAsYaml2 } from '../kustomization/parse-kustomization.ts'
import type { Reading } from '../kustomization/shape.ts'
import type { Loader } from '../target/loader.ts'

/** The replacements of a list whose entries are replacements, or files with one or more of them. @throws KustomizeError */
export function loadReplacements(
  list: readonly ReplacementField[],
  loader: Loader,
): readonly Replacement[] {
  return list.flatMap(({ path, ...replacement }) => {
    if (path === '') return [replacement]
    if (replacement.source !== undefined || (replacement.targets ?? []).length > 0)
      throw new KustomizeError(
        'KUSTOMIZE_REPLACEMENT',
        'cannot specify both path and inline replacement',
      )
    return fromFile(path, loader)
  })
}

function fromFile(path: string, loader: Loader): readonly Replacement[] {
  const value = readAsYaml2(loader.load(path))
  const at: Reading = { unknownFields: 'ignore', scalarsAsText: true, path }
  if (isYamlMap(value)) return [replacementShape.decode(value, at)]
  if (isYamlList(value))
    return value.map((each) =>
      each === null ? replacementShape.empty : replacementShape.decode(each, at),
    )
  throw new KustomizeError(
    'KUSTOMIZE_REPLACEMENT',
    `unsupported replacement type encountered within replacement path: ${value === null ? 'invalid' : typeof value}`,
    { hint: `${path} must hold a replacement or a list of such` },
  )
}
