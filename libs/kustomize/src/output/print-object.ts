import { printYaml, YamlError } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import { OUTPUT_CHARACTERS_MAX, refuseOutput } from '../limits.ts'
import type { Mapping, Node } from '../node/node.ts'
import { innerValue, nodeToValue } from '../node/to-value.ts'

const LIMITS = { lengthMax: OUTPUT_CHARACTERS_MAX }

// What was printed for a field before. Most of a large object is shared from one build to the next, and so is its text.
const printed = new WeakMap<Node, { readonly name: string; readonly text: string }>()

/** An object as kustomize prints it: yaml.v3 to JSON to yaml.v2. @throws KustomizeError for what JSON does not have */
export function printObject(node: Node): string {
  const known = objects.get(node)
  if (known !== undefined) return known
  const text = printAnew(node)
  objects.set(node, text)
  return text
}

const objects = new WeakMap<Node, string>()

function printAnew(node: Node): string {
  try {
    if (node.kind !== 'mapping' || !node.entries.every(({ key }) => LETTERS.test(key.value)))
      return printYaml(nodeToValue(node), 'yaml2', LIMITS)
    return printFields(node)
  } catch (error) {
    if (error instanceof YamlError && error.code === 'YAML_OUTPUT')
      refuseOutput(Number.POSITIVE_INFINITY)
    if (error instanceof YamlError)
      throw new KustomizeError('KUSTOMIZE_YAML', error.upstream, {
        hint: error.message,
        cause: error,
      })
    if (error instanceof KustomizeError && error.upstream.startsWith('yaml:'))
      throw error.wrapped('map[string]interface {}(nil)')
    throw error
  }
}

// Names of letters alone are sorted as they are; with digits among them the printer has an order of its own.
const LETTERS = /^[A-Za-z]+$/

function printFields(node: Mapping): string {
  if (node.entries.length === 0) return '{}\n'
  const entries = node.entries.toSorted((left, right) =>
    left.key.value < right.key.value ? -1 : 1,
  )
  // Put together, not copied: the one copy is that of the whole output.
  return entries.reduce((text, { key, value }) => text + printField(key.value, value), '')
}

function printField(name: string, value: Node): string {
  const known = printed.get(value)
  if (known?.name === name) return known.text
  const text = printYaml(new Map([[name, innerValue(value)]]), 'yaml2', LIMITS)
  if (value.kind !== 'scalar') printed.set(value, { name, text })
  return text
}
