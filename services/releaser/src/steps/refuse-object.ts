import { applicationId, event, Removal, streams, type ObjectRef } from '@tidemark/contracts'
import { originOf } from '@tidemark/flux'
import type { Cause } from '@tidemark/service'
import type { ReleaserDeps } from './deps.ts'

/** The application whose release holds an object, and where it is delivered to. */
export interface Parent {
  readonly id: string
  readonly cluster: string
  readonly project: string
}

export interface Declaration {
  readonly object: unknown
  readonly ref: ObjectRef
  readonly parent: Parent
  readonly cause: Cause
}

/** Says once why an object cannot be used; the last good declaration goes on. */
export function refuse(
  { plane, decisions }: ReleaserDeps,
  declaration: Declaration,
  message: string,
): void {
  const { ref, parent, cause } = declaration
  const id = applicationId(ref)
  if (plane.application(id).refusal === message) return
  const refused = event('ApplicationRefused', {
    applicationId: id,
    object: ref,
    code: 'InvalidObject',
    message,
    parentId: parent.id,
  })
  decisions.record(cause, [{ stream: streams.application(id), event: refused }])
}

/** An object that is no application, and could not be used before: it can now. */
export function endRefusal({ plane, decisions }: ReleaserDeps, { ref, cause }: Declaration): void {
  const id = applicationId(ref)
  if (plane.application(id).refusal === '') return
  const reason = 'it can be used now'
  const removal = Removal.REMOVAL_ORPHAN
  const ended = event('ApplicationRemoved', { applicationId: id, removal, reason })
  decisions.record(cause, [{ stream: streams.application(id), event: ended }])
}

/** The object and the file that it comes from: where to mend it. */
export function nameOf({ ref: { kind, namespace, name }, object }: Declaration): string {
  const file = originOf(object)
  const path = namespace === '' ? name : `${namespace}/${name}`
  return `${file === '' ? '' : `${file}: `}${kind} ${path}`
}
