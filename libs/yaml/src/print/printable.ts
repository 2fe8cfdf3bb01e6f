/** What can be printed: all values, and what only a printer needs to know of. */
export type Printable =
  | null
  | boolean
  | number
  | bigint
  | string
  | PlainScalar
  | readonly Printable[]
  | ReadonlyMap<string, Printable>

/** A scalar that is written as it is, like a timestamp. */
export class PlainScalar {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** The fields of a struct: a mapping that is printed in its own order. */
export class OrderedMap extends Map<string, Printable> {}

export function isPrintableList(value: Printable): value is readonly Printable[] {
  return Array.isArray(value)
}
