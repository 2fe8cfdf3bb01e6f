import { InputValues } from '@tidemark/contracts'
import { Secret } from '@tidemark/kernel'

/** The values of a Secret or ConfigMap, by key. They show as `[secret]` wherever they are printed. */
export type SecretValues = Secret<ReadonlyMap<string, Uint8Array>>

/** The bytes of a blob that holds values: the same for the same values, in whatever order they come. */
export function encodeValues(values: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...values].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return InputValues.encode({ values: sorted.map(([key, value]) => ({ key, value })) }).finish()
}

export function decodeValues(bytes: Uint8Array): SecretValues {
  const { values } = InputValues.decode(bytes)
  return new Secret(new Map(values.map(({ key, value }) => [key, value])))
}
