import type { ApplicationDeclared } from '@tidemark/contracts'
import { readKustomization, type KustomizationModel } from '@tidemark/flux'
import type { Application } from '../domain/application.ts'
import { objectKey } from '../domain/source.ts'

const models = new WeakMap<ApplicationDeclared, KustomizationModel>()

/** The declaration of an application, read. It was checked before it was declared. */
export function modelOf({ declared }: Application): KustomizationModel | undefined {
  if (declared === undefined) return undefined
  const known = models.get(declared)
  if (known !== undefined) return known
  const read = readKustomization(JSON.parse(Buffer.from(declared.objectJson).toString('utf8')))
  if (read.kind === 'refused') return undefined
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
