import type { SourceDeclared } from '@tidemark/contracts'
import type { Repositories } from '../ports.ts'

/** What a source is, by the part of its declaration that is set. */
export type SourceKind = 'git' | 'oci' | 'helmRepository' | 'helmChart' | 'bucket' | 'composed'

/** Sources of all kinds, each looked at by what knows it. */
export function repositoriesByKind(
  kinds: Readonly<Partial<Record<SourceKind, Repositories>>>,
): Repositories {
  return {
    observe: async (source, signal) => {
      const kind = kindOf(source.declared)
      const repositories = kind === undefined ? undefined : kinds[kind]
      if (repositories === undefined)
        return {
          kind: 'refused',
          code: 'SOURCE_KIND',
          message: `${source.declared.object?.kind ?? 'this kind of source'} cannot be fetched by this fetcher: run the version that declared it`,
        }
      return repositories.observe(source, signal)
    },
  }
}

function kindOf(declared: SourceDeclared): SourceKind | undefined {
  const kinds = ['git', 'oci', 'helmRepository', 'helmChart', 'bucket', 'composed'] as const
  return kinds.find((kind) => declared[kind] !== undefined)
}
