/** Which object an event of a watch is about, and which version of it. */
export interface ObjectVersion {
  readonly name: string
  /** Empty for what lives in no namespace. */
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
}

// The API server writes the fields of its own kinds in this order. Those of a custom kind are in the order of their
// names, and stand behind what else there is: that is read whole.
const HEAD =
  /^\{"type":"(?:ADDED|MODIFIED)","object":\{"kind":"\w+","apiVersion":"[\w./]+","metadata":\{"name":"(?<name>[\w.:-]+)",(?:"namespace":"(?<namespace>[\w.-]+)",)?"uid":"(?<uid>[\w-]+)","resourceVersion":"(?<resourceVersion>\d+)",/u

/** Reads no more than the beginning of an event that tells of a change; `undefined` where that does not say enough. */
export function peekVersion(line: string): ObjectVersion | undefined {
  const { name, namespace = '', uid, resourceVersion } = HEAD.exec(line)?.groups ?? {}
  if (name === undefined || uid === undefined || resourceVersion === undefined) return undefined
  return { name, namespace, uid, resourceVersion }
}
