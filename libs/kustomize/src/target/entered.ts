import { refuseEntered } from '../limits.ts'

/** The folders of the kustomizations that were entered, and how often each of them was. */
export class Entered {
  readonly #times = new Map<string, number>()
  #total = 0

  get roots(): readonly string[] {
    return [...this.#times.keys()]
  }

  /** @throws KustomizeError KUSTOMIZE_LIMIT for the one too many */
  add(root: string, times = 1): void {
    this.#times.set(root, (this.#times.get(root) ?? 0) + times)
    this.#total += times
    refuseEntered(this.#total)
  }

  addAll(other: Entered): void {
    for (const [root, times] of other.#times) this.add(root, times)
  }
}
