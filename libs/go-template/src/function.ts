import { type CallContext } from './call-context.ts'
import { type Price } from './price.ts'
import { type Value } from './values.ts'

/**
 * What a parameter accepts: the name of a Go type. `interface {}` takes anything; `reflect.Value` too, and
 * tells a missing value from a nil one.
 */
export type ParameterType = string

/** A Go function as templates see it: its types decide which errors the engine gives before it is called. */
export interface GoFunction {
  readonly parameters: readonly ParameterType[]
  /** The last parameter may come any number of times. */
  readonly variadic: boolean
  /**
   * The declared result, where it is an interface: Go's error texts then name the interface. `dynamic`
   * functions say it for each result, in `context.isInterface`.
   */
  readonly result: 'interface {}' | 'value' | 'dynamic'
  /** For `and` (false) and `or` (true): the truth at which evaluation ends. */
  readonly isShortCircuit?: boolean
  /** For `call`: how its first argument is written comes before the arguments. */
  readonly takesCallee?: boolean
  /** Why no template can call it, in Go's words, where its results forbid it. */
  readonly refusal?: string
  /** What a call costs, where that is not what most cost. */
  readonly price?: Price
  readonly call: (args: readonly Value[], context: CallContext) => Value
}

type Call = GoFunction['call']

/** A function with a concrete result type. */
export function fixed(parameters: readonly ParameterType[], call: Call): GoFunction {
  return { parameters, variadic: false, result: 'value', call }
}

/** A function with a concrete result type whose last parameter repeats. */
export function variadic(parameters: readonly ParameterType[], call: Call): GoFunction {
  return { parameters, variadic: true, result: 'value', call }
}

/** The same function, but declared to return `interface{}`. */
export function returningAny(declared: GoFunction): GoFunction {
  return { ...declared, result: 'interface {}' }
}

/** The same function, but one that says for each result whether it is an interface. */
export function returningValue(declared: GoFunction): GoFunction {
  return { ...declared, result: 'dynamic' }
}
