import { CallEvaluation, type CallSite, type Final, NO_FINAL } from './call-evaluation.ts'
import { type GoFunction } from './function.ts'
import { quote } from './fmt/quote.ts'
import { describeNode } from './parse/describe-node.ts'
import {
  type AnyNode,
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type IdentifierNode,
  type Operand,
  type PipeNode,
  type VariableNode,
} from './parse/nodes.ts'
import { NODE_STEPS } from './price.ts'
import {
  type Field,
  GoMap,
  GoSlice,
  isObject,
  typeName,
  type GoObject,
  type Value,
} from './values.ts'

interface Access {
  readonly name: string
  /** Where an error of a method points. */
  readonly node: AnyNode
  readonly args: readonly Operand[]
  readonly final: Final
}

/** Pipelines, commands, variables and fields (`evalPipeline` to `evalField` of Go). */
export abstract class Evaluation extends CallEvaluation {
  protected pipeline(dot: Value, pipe: PipeNode | undefined): Value {
    if (pipe === undefined) return undefined
    this.node = pipe
    let final: Final = NO_FINAL
    for (const command of pipe.commands) {
      final = this.#command(dot, command, final)
      // A nil interface holds nothing: what is in it is no value.
      if (final === null) final = undefined
    }
    const value = final === NO_FINAL ? undefined : final
    this.isInterface = false
    for (const { names } of pipe.declarations)
      if (pipe.isAssignment) this.setVariable(names[0] ?? '', value)
      else this.push(names[0] ?? '', value)
    return value
  }

  #command(dot: Value, command: CommandNode, final: Final): Value {
    this.budget.step(NODE_STEPS)
    const [first, ...args] = command.args
    if (first === undefined) return undefined
    switch (first.kind) {
      case 'field':
        return this.fieldNode(dot, first, args, final)
      case 'chain':
        return this.chainNode(dot, first, args, final)
      case 'identifier':
        return this.functionNode(dot, first, { node: command, args, final })
      case 'pipe':
        this.#takesNoArguments(first, args, final)
        return this.pipeline(dot, first)
      case 'variable':
        return this.variableNode(first, dot, args, final)
      default:
        return this.#constant(dot, first, args, final)
    }
  }

  #constant(
    dot: Value,
    node: Extract<Operand, { kind: 'bool' | 'dot' | 'nil' | 'number' | 'string' }>,
    args: readonly Operand[],
    final: Final,
  ): Value {
    this.node = node
    this.#takesNoArguments(node, args, final)
    this.isInterface = false
    switch (node.kind) {
      case 'dot':
        this.isInterface = this.isDotInterface
        return dot
      case 'nil':
        return this.fail('nil is not a command')
      case 'number':
        return this.ideal(node)
      default:
        return node.value
    }
  }

  #takesNoArguments(node: Operand, args: readonly Operand[], final: Final): void {
    if (args.length > 0 || final !== NO_FINAL)
      this.fail(`can't give argument to non-function ${describeNode(node)}`)
  }

  protected fieldNode(dot: Value, node: FieldNode, args: readonly Operand[], final: Final): Value {
    this.node = node
    this.isInterface = this.isDotInterface
    return this.#fields({ dot, receiver: dot, names: node.names, from: 0 }, { node, args, final })
  }

  protected chainNode(dot: Value, node: ChainNode, args: readonly Operand[], final: Final): Value {
    this.node = node
    const receiver = this.argument(dot, undefined, node.node)
    return this.#fields({ dot, receiver, names: node.fields, from: 0 }, { node, args, final })
  }

  protected variableNode(
    node: VariableNode,
    dot: Value,
    args: readonly Operand[],
    final: Final,
  ): Value {
    this.node = node
    const receiver = this.variable(node.names[0] ?? '')
    if (node.names.length === 1) {
      this.#takesNoArguments(node, args, final)
      return receiver
    }
    return this.#fields({ dot, receiver, names: node.names, from: 1 }, { node, args, final })
  }

  protected functionNode(
    dot: Value,
    node: IdentifierNode,
    site: Pick<CallSite, 'node' | 'args' | 'final'>,
  ): Value {
    this.node = node
    const called = this.templates.functions.get(node.name)
    if (called === undefined) return this.fail(`${quote(node.name)} is not a defined function`)
    return this.call(called, { dot, name: node.name, ...site })
  }

  #fields(
    chain: { dot: Value; receiver: Value; names: readonly string[]; from: number },
    { node, args, final }: Omit<Access, 'name'>,
  ): Value {
    const { dot, names } = chain
    let { receiver } = chain
    const last = names.length - 1
    for (let index = chain.from; index < last; index++)
      receiver = this.#field(dot, receiver, {
        name: names[index] ?? '',
        node,
        args: [],
        final: NO_FINAL,
      })
    return this.#field(dot, receiver, { name: names[last] ?? '', node, args, final })
  }

  #field(dot: Value, receiver: Value, access: Access): Value {
    const { name } = access
    if (receiver === undefined) {
      if (this.templates.missingKey === 'error')
        this.fail(`nil data; no entry for key ${quote(name)}`)
      return undefined
    }
    if (receiver === null) return this.fail(`nil pointer evaluating interface {}.${name}`)
    const method = methodOf(receiver, name)
    if (method !== undefined) return this.call(method, { dot, ...access })
    if (receiver instanceof GoMap) return this.#entry(receiver, access)
    if (isObject(receiver)) {
      const isNamed = (candidate: Field): boolean => candidate.name === name
      const field = receiver.fields.find(isNamed) ?? receiver.promoted?.find(isNamed)
      if (field !== undefined) {
        if (access.args.length > 0 || access.final !== NO_FINAL)
          this.fail(`${name} has arguments but cannot be invoked as function`)
        this.isInterface = field.declared !== undefined
        return field.value
      }
      if (receiver.hidden?.().some(isNamed) === true)
        this.fail(`${name} is an unexported field of struct type ${this.#declaredType(receiver)}`)
    }
    return this.fail(`can't evaluate field ${name} in type ${this.#declaredType(receiver)}`)
  }

  #entry(map: GoMap, { name, args, final }: Access): Value {
    if (args.length > 0 || final !== NO_FINAL)
      this.fail(`${name} is not a method but has arguments`)
    map.reads?.add(name)
    this.session.tracer?.read(map, name)
    const value = map.entries.get(name)
    this.isInterface = map.type.element === 'interface {}'
    if (value !== undefined || map.entries.has(name)) return value ?? null
    switch (this.templates.missingKey) {
      case 'zero':
        return map.type.zero
      case 'error':
        return this.fail(`map has no entry for key ${quote(name)}`)
      default:
        this.isInterface = false
        return undefined
    }
  }

  #declaredType(value: Value): string {
    return this.isInterface ? 'interface {}' : typeName(value)
  }
}

function methodOf(receiver: Value | GoObject, name: string): GoFunction | undefined {
  if (receiver instanceof GoMap || receiver instanceof GoSlice)
    return receiver.type.methods === undefined
      ? undefined
      : own(receiver.type.methods, name)?.(receiver)
  return isObject(receiver) ? own(receiver.methods, name)?.(receiver) : undefined
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
