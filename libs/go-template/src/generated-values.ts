import { type Clock, type Random } from '@tidemark/kernel'

/** What names one generated value within a release (DECISIONS 11), beside the ordinal that the port counts. */
export interface GeneratedCall {
  /** The template in which the call stands. */
  readonly template: string
  readonly function: string
  /** SHA-256 of the arguments, in hexadecimal: arguments may be secrets. */
  readonly argumentsDigest: string
}

/**
 * Everything that is not a function of its inputs passes through here: random texts, keys, certificates,
 * salted hashes and time. An implementation MUST give the same value for the same call and ordinal when it
 * replays, and MUST call `generate` only where it has nothing to give.
 */
export interface GeneratedValues {
  /**
   * The same for a render that is thrown away: it MUST give what is remembered, and MUST leave no trace,
   * neither here nor in the sources.
   */
  rehearse(): GeneratedValues
  /** `generate` returns bytes of a Go string; what it returned is remembered under the call. */
  remember(call: GeneratedCall, generate: (sources: GeneratedSources) => string): string
}

/** What a generator may draw on. */
export interface GeneratedSources {
  readonly random: Random
  readonly clock: Clock
}

/** Draws each value anew: `render` on the command line, and tests that want it. */
export function freshValues(sources: GeneratedSources): GeneratedValues {
  return {
    remember: (_call, generate) => generate(sources),
    rehearse: () => freshValues(rehearsed(sources)),
  }
}

/** Sources of which no others draw: what is thrown away need not be random. */
export function rehearsed({ clock }: GeneratedSources): GeneratedSources {
  return {
    clock,
    random: {
      bytes: (length) => new Uint8Array(length).fill(7),
      uuid: () => '00000000-0000-4000-8000-000000000000',
      fraction: () => 0.5,
    },
  }
}
