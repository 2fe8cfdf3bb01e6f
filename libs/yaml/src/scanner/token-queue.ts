import type { Token } from './token.ts'

const SPENT_MAX = 64 // So many taken tokens are kept before the list is cut.

/** Tokens that were scanned and not taken yet. Each has a number, counted from the start of the text. */
export class TokenQueue {
  #tokens: Token[] = []
  #head = 0
  /** The number of the head. */
  taken = 0

  get head(): Token | undefined {
    return this.#tokens[this.#head]
  }

  get length(): number {
    return this.#tokens.length - this.#head
  }

  /** The number that the next token gets. */
  get nextNumber(): number {
    return this.taken + this.length
  }

  push(token: Token): void {
    this.#tokens.push(token)
  }

  /** In front of a token of the queue; behind all of them if that one was taken already. */
  insert(number: number, token: Token): void {
    const tokens = this.#tokens
    tokens.push(token)
    if (number < this.taken) return
    const at = this.#head + number - this.taken
    let moving: Token = token
    for (let index = at; index < tokens.length; index += 1) {
      const next: Token = tokens[index] ?? token
      tokens[index] = moving
      moving = next
    }
  }

  skip(): void {
    this.taken += 1
    this.#head += 1
    if (this.#head < SPENT_MAX) return
    this.#tokens = this.#tokens.slice(this.#head)
    this.#head = 0
  }
}
