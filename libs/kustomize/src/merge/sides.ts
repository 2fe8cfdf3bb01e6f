import type { Node } from '../node/node.ts'

/** What is merged: what there is, and what is to be changed. */
export interface Sides {
  readonly target: Node | undefined
  readonly patch: Node | undefined
}

/** Where the items of a patch go in a list that merges. */
export type ListDirection = 'prepend' | 'append'
