import { applicationId } from '@tidemark/contracts'
import { readApplication } from '@tidemark/flux'
import type { ApplicationState } from './application-state.ts'

const ids = new WeakMap<Uint8Array, string>()

/** The id of the Flux object that an application takes its files from; empty where it names none. */
export function sourceObjectId({ cluster, objectJson }: ApplicationState): string {
  const known = ids.get(objectJson)
  if (known !== undefined) return known
  const read = readApplication(parse(objectJson))
  const id = read?.kind === 'read' ? applicationId({ cluster, ...read.model.source }) : ''
  ids.set(objectJson, id)
  return id
}

function parse(json: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(json).toString('utf8'))
  } catch {
    return undefined
  }
}
