import type { ApplicationDeclared } from '@tidemark/contracts'
import { readApplication, type ApplicationModel } from '@tidemark/flux'
import type { Application } from '../domain/application.ts'
import { objectKey } from '../domain/source.ts'

const models = new WeakMap<ApplicationDeclared, ApplicationModel>()

/** The declaration of an application, read. It was checked before it was declared. */
export function modelOf({ declared }: Application): ApplicationModel | undefined {
  if (declared === undefined) return undefined
  const known = models.get(declared)
  if (known !== undefined) return known
  const object: unknown = JSON.parse(Buffer.from(declared.objectJson).toString('utf8'))
  const read = readApplication(object)
  if (read?.kind !== 'read') return undefined
  models.set(declared, read.model)
  return read.model
}

/** The Flux object that an application takes its files from. */
export function sourceKeyOf(state: Application): string {
  const model = modelOf(state)
  if (model === undefined) return ''
  return objectKey({ ...model.source, cluster: state.declared?.cluster ?? '' })
}

/** Whether nothing new may be rendered or rolled out: by `spec.suspend`, or by a person. */
export function isPaused(state: Application): boolean {
  return state.suspended !== undefined || modelOf(state)?.suspend === true
}
