import { LimitError } from './errors.ts'
import {
  type GeneratedCall,
  type GeneratedSources,
  type GeneratedValues,
  rehearsed,
} from './generated-values.ts'

/** One generated value, and what names it within a release. */
export interface GeneratedEntry extends GeneratedCall {
  /** How many calls of the same template, function and arguments came before it in a render. */
  readonly ordinal: number
  /** Go bytes. It may be a secret: whoever stores it MUST seal it. */
  readonly value: string
}

/** So many values may one render generate; the largest chart of the corpus generates 40. */
const ENTRIES_MAX = 10_000

/**
 * Remembers generated values from one render to the next (DECISIONS 11): the same call with the same
 * ordinal gives the same value again, so a chart with passwords or certificates neither drifts nor rotates
 * by itself. `forget` is how one rotates. Make one for each render, from what the last one left.
 */
export class GeneratedMemory implements GeneratedValues {
  readonly #sources: GeneratedSources
  readonly #known = new Map<string, GeneratedEntry>()
  readonly #used = new Map<string, GeneratedEntry>()
  readonly #ordinals = new Map<string, number>()
  #drawn = 0

  constructor(sources: GeneratedSources, remembered: readonly GeneratedEntry[] = []) {
    this.#sources = sources
    for (const entry of remembered) this.#known.set(keyOf(entry, entry.ordinal), entry)
  }

  /** Everything that this render used, drawn or remembered, in the order of its calls. */
  get entries(): readonly GeneratedEntry[] {
    return [...this.#used.values()]
  }

  /** How many values were drawn anew. Zero means that the render is a function of its inputs. */
  get drawn(): number {
    return this.#drawn
  }

  rehearse(): GeneratedMemory {
    return new GeneratedMemory(rehearsed(this.#sources), [...this.#known.values()])
  }

  remember(call: GeneratedCall, generate: (sources: GeneratedSources) => string): string {
    const name = keyOf(call, 0)
    const ordinal = this.#ordinals.get(name) ?? 0
    this.#ordinals.set(name, ordinal + 1)
    const key = keyOf(call, ordinal)
    const known = this.#known.get(key)
    const entry = known ?? this.#draw(call, ordinal, generate)
    this.#used.set(key, entry)
    return entry.value
  }

  #draw(
    call: GeneratedCall,
    ordinal: number,
    generate: (sources: GeneratedSources) => string,
  ): GeneratedEntry {
    if (this.#used.size >= ENTRIES_MAX)
      throw new LimitError('TEMPLATE_FUEL', `${ENTRIES_MAX} generated values exceeded`)
    this.#drawn += 1
    return { ...call, ordinal, value: generate(this.#sources) }
  }
}

/** The entries without those that `isRotated` names: the next render draws them anew. */
export function forget(
  entries: readonly GeneratedEntry[],
  isRotated: (call: GeneratedCall) => boolean,
): readonly GeneratedEntry[] {
  return entries.filter((entry) => !isRotated(entry))
}

function keyOf(call: GeneratedCall, ordinal: number): string {
  return JSON.stringify([call.template, call.function, call.argumentsDigest, ordinal])
}
