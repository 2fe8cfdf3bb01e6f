import { compileCondition, type Condition } from '@tidemark/cel'
import type { FieldProblem } from './fields.ts'
import { textOf } from './flux-object.ts'
import { recordsOf } from './read-spec.ts'

/** One object of `spec.dependsOn`: of the same kind, on the same cluster. */
export interface Dependency {
  readonly namespace: string
  readonly name: string
  /** `readyExpr` over `dep` and `self`; where it is there, the built-in test is not made. */
  readonly readyWhen?: Condition
}

/** Reads `spec.dependsOn`, or says which expressions are no CEL. */
export function readDependencies(
  spec: Readonly<Record<string, unknown>>,
  namespace: string,
): { readonly dependsOn: readonly Dependency[]; readonly problems: readonly FieldProblem[] } {
  const problems: FieldProblem[] = []
  const dependsOn = recordsOf(spec['dependsOn']).map((entry, index): Dependency => {
    const readyWhen = conditionOf(textOf(entry['readyExpr']), (message) =>
      problems.push({ field: `spec.dependsOn[${index}].readyExpr`, message }),
    )
    const name = textOf(entry['name'])
    const from = textOf(entry['namespace']) || namespace
    return readyWhen === undefined
      ? { namespace: from, name }
      : { namespace: from, name, readyWhen }
  })
  return { dependsOn, problems }
}

function conditionOf(text: string, refuse: (message: string) => void): Condition | undefined {
  if (text === '') return undefined
  const compiled = compileCondition(text)
  if (compiled.kind === 'compiled') return compiled.condition
  refuse(compiled.message)
  return undefined
}
