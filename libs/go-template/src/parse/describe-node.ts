import { unreachable } from '@tidemark/kernel'
import { quote } from '../fmt/quote.ts'
import { type AnyNode, type PipeNode } from './nodes.ts'

/** A node as template text, for the `at <…>` of an error: `String()` of Go's nodes. */
// oxlint-disable-next-line complexity -- One line for each kind of node.
export function describeNode(node: AnyNode): string {
  switch (node.kind) {
    case 'list':
      return node.nodes.map(describeNode).join('')
    case 'text':
      return node.text
    case 'action':
      return `{{${describeNode(node.pipe)}}}`
    case 'if':
    case 'with':
    case 'range': {
      const otherwise =
        node.otherwise === undefined ? '' : `{{else}}${describeNode(node.otherwise)}`
      return `{{${node.kind} ${describeNode(node.pipe)}}}${describeNode(node.list)}${otherwise}{{end}}`
    }
    case 'template': {
      const pipe = node.pipe === undefined ? '' : ` ${describeNode(node.pipe)}`
      return `{{template ${quote(node.name)}${pipe}}}`
    }
    case 'break':
    case 'continue':
    case 'end':
    case 'else':
      return `{{${node.kind}}}`
    case 'pipe':
      return describePipe(node)
    case 'command':
      return node.args.map(parenthesized).join(' ')
    case 'field':
      return node.names.map((name) => `.${name}`).join('')
    case 'variable':
      return node.names.join('.')
    case 'chain':
      return parenthesized(node.node) + node.fields.map((name) => `.${name}`).join('')
    case 'identifier':
      return node.name
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'string':
      return node.quoted
    case 'number':
      return node.text
    default:
      return unreachable(node)
  }
}

function describePipe(pipe: PipeNode): string {
  const commands = pipe.commands.map(describeNode).join(' | ')
  if (pipe.declarations.length === 0) return commands
  const names = pipe.declarations.map(describeNode).join(', ')
  return `${names} ${pipe.isAssignment ? '=' : ':='} ${commands}`
}

function parenthesized(node: AnyNode): string {
  return node.kind === 'pipe' ? `(${describeNode(node)})` : describeNode(node)
}
