import type { ApplicationState } from './application-state.ts'
import type { ReadModel } from './read-model.ts'

export type Found =
  | { readonly kind: 'found'; readonly state: ApplicationState }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'ambiguous'; readonly message: string }

/**
 * The application that a text names: its id, `name`, `namespace/name` or `cluster/namespace/name`, where
 * that names one.
 */
export function findApplication(model: ReadModel, text: string): Found {
  const exact = model.applications.get(text)
  if (exact !== undefined) return { kind: 'found', state: exact }
  const wanted = text.split('/').toReversed()
  const matches = model.present().filter((state) => {
    const parts = [state.object?.name, state.object?.namespace, state.cluster]
    return wanted.every((part, index) => part === parts[index])
  })
  const [first, ...others] = matches
  if (first === undefined)
    return {
      kind: 'unknown',
      message: `there is no application ${text}; see tidemark get applications`,
    }
  if (others.length === 0) return { kind: 'found', state: first }
  const names = matches.map(({ cluster, object }) =>
    [cluster, object?.namespace, object?.name].join('/'),
  )
  return {
    kind: 'ambiguous',
    message: `${text} names ${names.join(' and ')}: name one of them in full`,
  }
}
