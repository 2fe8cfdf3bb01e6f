import { applicationId } from '@tidemark/contracts'
import type { Plane } from '../domain/plane.ts'
import { dependenciesOf } from './advance.ts'

export interface Edges {
  readonly id: string
  readonly cluster: string
  readonly kind: string
  readonly dependsOn: readonly { readonly namespace: string; readonly name: string }[]
}

/** The circle that an application's dependencies would close, as ids; `undefined` where there is none. */
export function findCycle(
  { applications }: Plane,
  { id, cluster, kind, dependsOn }: Edges,
): readonly string[] | undefined {
  const own = dependsOn.map((edge) => applicationId({ cluster, kind, ...edge }))
  const paths = own.map((next) => [id, next])
  const seen = new Set<string>()
  for (const path of paths) {
    const last = path.at(-1) ?? ''
    if (last === id) return path
    if (seen.has(last)) continue
    seen.add(last)
    const state = applications.get(last)
    if (state === undefined) continue
    for (const next of dependenciesOf(state)) paths.push([...path, next])
  }
  return undefined
}
