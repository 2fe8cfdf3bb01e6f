import { canBeNil, isAssignable, isIntegerType, nilOf } from './assignability.ts'
import { Execution } from './execution.ts'
import { describeNode } from './parse/describe-node.ts'
import {
  type AnyNode,
  type ChainNode,
  type FieldNode,
  type IdentifierNode,
  type NumberNode,
  type Operand,
  type PipeNode,
  type VariableNode,
} from './parse/nodes.ts'
import { type GoFunction } from './function.ts'
import { priceOf, priceOfResult } from './price.ts'
import { isTrue } from './truth.ts'
import {
  GoFunctionValue,
  goInt64,
  GoInteger,
  isObject,
  type IntegerType,
  typeName,
  type Value,
} from './values.ts'

/** The place of a piped value where there is none: nil is a value, this is not. */
export const NO_FINAL: unique symbol = Symbol('no final argument')
export type Final = Value | typeof NO_FINAL

export interface CallSite {
  readonly dot: Value
  readonly name: string
  /** Where an error of the function points. */
  readonly node: AnyNode
  /** The arguments without the function itself. */
  readonly args: readonly Operand[]
  readonly final: Final
}

/** How functions and methods get their arguments (`evalCall`, `evalArg` and `validateType` of Go). */
export abstract class CallEvaluation extends Execution {
  protected abstract pipeline(dot: Value, pipe: PipeNode | undefined): Value
  protected abstract fieldNode(
    dot: Value,
    node: FieldNode,
    args: readonly Operand[],
    final: Final,
  ): Value
  protected abstract variableNode(
    node: VariableNode,
    dot: Value,
    args: readonly Operand[],
    final: Final,
  ): Value
  protected abstract chainNode(
    dot: Value,
    node: ChainNode,
    args: readonly Operand[],
    final: Final,
  ): Value
  protected abstract functionNode(
    dot: Value,
    node: IdentifierNode,
    site: Pick<CallSite, 'node' | 'args' | 'final'>,
  ): Value

  protected call(called: GoFunction, site: CallSite): Value {
    this.#checkCount(called, site)
    if (called.refusal !== undefined) this.fail(called.refusal)
    if (called.isShortCircuit !== undefined) return this.#shortCircuit(called.isShortCircuit, site)
    const values = this.#arguments(called, site)
    if (called.takesCallee === true) values.unshift(calleeOf(site))
    this.isInterface = called.result === 'interface {}'
    try {
      this.budget.step(priceOf(values, called.price))
      const result = called.call(values, this)
      this.budget.step(priceOfResult(result, called.price))
      if (called.result === 'dynamic') return result
      // A function may execute templates, which evaluate things of their own.
      this.isInterface = called.result === 'interface {}'
      return result
    } catch (error) {
      return this.failCall(site.name, error, site.node)
    }
  }

  #checkCount({ parameters, variadic }: GoFunction, { name, args, final }: CallSite): void {
    const given = args.length + (final === NO_FINAL ? 0 : 1)
    if (variadic) {
      const fixed = parameters.length - 1
      if (given < fixed)
        this.fail(`wrong number of args for ${name}: want at least ${fixed} got ${args.length}`)
    } else if (given !== parameters.length)
      this.fail(`wrong number of args for ${name}: want ${parameters.length} got ${given}`)
  }

  /** `and` and `or` evaluate only as far as they must. */
  #shortCircuit(stopsAt: boolean, { dot, args, final }: CallSite): Value {
    let value: Value
    for (const arg of args) {
      value = this.argument(dot, 'reflect.Value', arg)
      if (isTrue(value) === stopsAt) return value
    }
    if (final === NO_FINAL) return value
    this.isInterface = false
    return this.validate(final, 'reflect.Value')
  }

  #arguments({ parameters, variadic }: GoFunction, { dot, args, final }: CallSite): Value[] {
    const last = parameters.length - 1
    const values: Value[] = []
    for (const [index, arg] of args.entries())
      values.push(moved(this.argument(dot, parameters[Math.min(index, last)] ?? '', arg)))
    if (final === NO_FINAL) return values
    const index = variadic ? Math.min(args.length, last) : last
    this.isInterface = false
    values.push(moved(this.validate(final, parameters[index] ?? '')))
    return values
  }

  /** Evaluates one argument for a parameter of `type`; nothing as type means any value, also none. */
  protected argument(dot: Value, type: string | undefined, node: Operand): Value {
    this.node = node
    switch (node.kind) {
      case 'dot':
        this.isInterface = this.isDotInterface
        return this.validate(dot, type)
      case 'nil':
        if (type !== undefined && canBeNil(type)) return nilOf(type)
        return this.fail(`cannot assign nil to ${type}`)
      case 'field':
        return this.validate(this.fieldNode(dot, node, [], NO_FINAL), type)
      case 'variable':
        return this.validate(this.variableNode(node, dot, [], NO_FINAL), type)
      case 'pipe':
        return this.validate(this.pipeline(dot, node), type)
      case 'identifier':
        return this.validate(
          this.functionNode(dot, node, { node, args: [], final: NO_FINAL }),
          type,
        )
      case 'chain':
        return this.validate(this.chainNode(dot, node, [], NO_FINAL), type)
      default:
        return this.#literal(node, type ?? 'interface {}')
    }
  }

  #literal(node: Extract<Operand, { kind: 'bool' | 'string' | 'number' }>, type: string): Value {
    this.isInterface = false
    if (type === 'interface {}' || type === 'reflect.Value') {
      if (node.kind === 'number') return this.ideal(node)
      return node.value
    }
    if (type === 'string')
      return node.kind === 'string'
        ? node.value
        : this.fail(`expected string; found ${describeNode(node)}`)
    if (type === 'bool')
      return node.kind === 'bool'
        ? node.value
        : this.fail(`expected bool; found ${describeNode(node)}`)
    if (type === 'float64')
      return node.kind === 'number' && node.float !== undefined
        ? node.float
        : this.fail(`expected float; found ${describeNode(node)}`)
    if (isIntegerType(type)) return this.#integer(node, type)
    return this.fail(`can't handle ${describeNode(node)} for arg of type ${type}`)
  }

  #integer(node: Operand, type: string): Value {
    const isUnsigned = type.startsWith('u')
    const number = node.kind === 'number' ? (isUnsigned ? node.unsigned : node.integer) : undefined
    if (number === undefined)
      return this.fail(
        `expected ${isUnsigned ? 'unsigned ' : ''}integer; found ${describeNode(node)}`,
      )
    if (type === 'time.Duration') return goInt64(number)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `isIntegerType` has just checked it.
    return new GoInteger(type as IntegerType, number)
  }

  /** A constant where nothing asks for a type. */
  protected ideal(node: NumberNode): Value {
    this.node = node
    if (node.ideal === undefined) this.fail(`${node.text} overflows int`)
    return node.ideal
  }

  /** Checks a value against the type of a parameter, and gives nil its type. */
  protected validate(value: Value, type: string | undefined): Value {
    if (type === undefined) return value
    if (value === undefined) {
      if (canBeNil(type)) return nilOf(type)
      return this.fail(`invalid value; expected ${type}`)
    }
    if (type === 'interface {}' || type === 'reflect.Value') return value
    if (value === null) return this.fail(`wrong type for value; expected ${type}; got interface {}`)
    if (isAssignable(value, type)) return value
    return this.fail(`wrong type for value; expected ${type}; got ${this.#nameOf(value)}`)
  }

  #nameOf(value: Value): string {
    return value instanceof GoFunctionValue ? 'func()' : typeName(value)
  }
}

/** `reflect.Value.String` of a piped value, the source of any other. */
function calleeOf({ args: [first], final }: CallSite): string {
  if (first !== undefined) return describeNode(first)
  if (final === NO_FINAL || final === null || final === undefined) return '<invalid Value>'
  return typeof final === 'string' ? final : `<${typeName(final)} Value>`
}

/** What is handed to a function is a copy: it has no address any more, nor what an address would say. */
function moved(value: Value): Value {
  if (!isObject(value) || value.addressedText === undefined) return value
  const { addressedText: _, ...copy } = value
  return copy
}
