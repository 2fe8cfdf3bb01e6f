/** What strategic merge needs to know of a field. */
export interface FieldSchema {
  /** The schema of a field of this mapping. */
  field(name: string): FieldSchema | undefined
  /** The schema of the items of this list. */
  items(): FieldSchema | undefined
  /**
   * Set where the list merges: the fields that tell items apart, none for a list of plain values. Any other list is
   * replaced as a whole.
   */
  readonly mergeKeys?: readonly string[]
}
