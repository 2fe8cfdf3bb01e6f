import type { FieldProblem } from '../fields.ts'
import { isRecord } from '../fields.ts'
import { readFluxObject, textOf, type Read } from '../flux-object.ts'
import {
  labelProblems,
  nameIn,
  readReferences,
  type ObjectReferenceModel,
} from './object-reference.ts'
import { RECEIVER_SPEC, RECEIVER_TYPES } from './receiver-fields.ts'

export type ReceiverType = (typeof RECEIVER_TYPES)[number]

/** A Receiver, with Flux's defaults filled in. */
export interface ReceiverModel {
  readonly name: string
  readonly namespace: string
  readonly type: ReceiverType
  /** Of what the sender calls an event, those that count; none: all of them. */
  readonly events: readonly string[]
  readonly resources: readonly ObjectReferenceModel[]
  readonly secretName: string
  readonly suspend: boolean
}

/** Reads a Receiver (notification.toolkit.fluxcd.io/v1). */
export function readReceiver(value: unknown): Read<ReceiverModel> {
  const read = readFluxObject(value, RECEIVER_SPEC)
  if (read.kind === 'refused') return read
  const { metadata, spec } = read.model
  const problems = [
    ...labelProblems(spec['resources'], 'spec.resources'),
    ...withoutLabels(spec['resources']),
    ...(nameIn(spec['secretRef']) === '' ? [WITHOUT_SECRET] : []),
  ]
  const type = RECEIVER_TYPES.find((known) => known === spec['type'])
  if (problems.length > 0 || type === undefined) return { kind: 'refused', problems }
  return {
    kind: 'read',
    model: {
      ...metadata,
      type,
      events: Array.isArray(spec['events']) ? spec['events'].map(textOf) : [],
      resources: readReferences(spec['resources'], metadata.namespace),
      secretName: nameIn(spec['secretRef']),
      suspend: spec['suspend'] === true,
    },
  }
}

const WITHOUT_SECRET = {
  field: 'spec.secretRef',
  message: 'is required: it names the Secret with the key token',
}

/** Flux pokes nothing for a `*` without labels: whoever writes it is told, instead of a log that nobody reads. */
function withoutLabels(resources: unknown): readonly FieldProblem[] {
  return (Array.isArray(resources) ? resources : []).flatMap((resource: unknown, index) => {
    if (!isRecord(resource) || resource['name'] !== '*') return []
    if (isRecord(resource['matchLabels'])) return []
    const message = 'is required with the name *'
    return [{ field: `spec.resources[${index}].matchLabels`, message }]
  })
}
