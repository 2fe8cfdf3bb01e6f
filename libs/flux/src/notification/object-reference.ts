import { isRecord, type FieldProblem } from '../fields.ts'
import { textOf } from '../flux-object.ts'
import { recordsOf } from '../read-spec.ts'

/** Objects that a Receiver pokes or an Alert tells of: one, or with `*` all of a kind in a namespace. */
export interface ObjectReferenceModel {
  readonly kind: string
  readonly namespace: string
  /** `*`: all of the kind in the namespace. */
  readonly name: string
  /** All of them must be there; `undefined`: no label is asked for. */
  readonly matchLabels: ReadonlyMap<string, string> | undefined
}

/** What is known of an object that may be meant. */
export interface Referable {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
}

/** Reads references that were checked; where none says a namespace, it is that of the object that holds them. */
export function readReferences(value: unknown, namespace: string): readonly ObjectReferenceModel[] {
  return recordsOf(value).map((reference) => ({
    kind: textOf(reference['kind']),
    namespace: textOf(reference['namespace']) || namespace,
    name: textOf(reference['name']),
    matchLabels: isRecord(reference['matchLabels']) ? textMap(reference['matchLabels']) : undefined,
  }))
}

/** Whether a reference means an object. Labels count only beside `*` for a Receiver, and always for an Alert. */
export function isMeant(reference: ObjectReferenceModel, object: Referable): boolean {
  const { kind, namespace, name, matchLabels } = reference
  if (kind !== object.kind || namespace !== object.namespace) return false
  if (name !== '*' && name !== object.name) return false
  return [...(matchLabels ?? [])].every(([key, value]) => object.labels.get(key) === value)
}

/** Texts by key, of what was checked to be so. */
export function textMap(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(isRecord(value) ? value : {}).map(([key, text]) => [key, textOf(text)]),
  )
}

/** A problem for each value of a map that is no text. */
export function notTexts(value: unknown, field: string): readonly FieldProblem[] {
  return Object.entries(isRecord(value) ? value : {})
    .filter(([, text]) => typeof text !== 'string')
    .map(([key, text]) => ({
      field: `${field}.${key}`,
      message: `must be a text: write it in quotes, "${JSON.stringify(text)}"`,
    }))
}

/** The problems of the labels in a list of references. */
export function labelProblems(value: unknown, field: string): readonly FieldProblem[] {
  return (Array.isArray(value) ? value : []).flatMap((reference: unknown, index) =>
    notTexts(isRecord(reference) ? reference['matchLabels'] : {}, `${field}[${index}].matchLabels`),
  )
}

/** The labels of an object. */
export function labelsOf(object: unknown): ReadonlyMap<string, string> {
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {}
  return textMap(metadata['labels'])
}

/** The name in `secretRef: {name}`; empty where there is none. */
export function nameIn(reference: unknown): string {
  return isRecord(reference) ? textOf(reference['name']) : ''
}
