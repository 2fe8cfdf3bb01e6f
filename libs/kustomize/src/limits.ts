import { isYamlList, isYamlMap, type YamlValue } from '@tidemark/yaml'
import { KustomizeError } from './kustomize-error.ts'
import type { Node } from './node/node.ts'

/** What an object may come to, as its file may: copies of copies double with each step. */
const NODES_MAX = 1_000_000
/** As deep as JSON may be nested; each level is a few frames of the stack in every walk. */
const DEPTH_MAX = 1_000
/** Of all that a build prints; the largest output that we met has 5 Mi. */
export const OUTPUT_CHARACTERS_MAX: number = 16 * 1024 * 1024
/** Of a text that is put together; the API server takes objects of 1.5 Mi. */
const TEXT_CHARACTERS_MAX = 2 * 1024 * 1024
/** Kustomizations that one build enters, the same one each time anew; the largest repository that we met has 300. */
const ENTERED_MAX = 2_000
/** Of one build; the largest repository that we met has 3,000. */
const OBJECTS_MAX = 50_000
/** Objects times transformers; 3,000 objects and 50 transformers come to 150,000. */
const TRANSFORMED_MAX = 200_000
/** Of two lists that merge by keys, where every item is compared with all others; the longest that we met has 200. */
const MERGED_ITEMS_MAX = 2_000
/** The API server takes 253. */
const NAME_CHARACTERS_MAX = 100_000

/** Counts what is copied, by walking it: the count costs no more than it allows. */
export class Copies {
  #nodes = 0

  /** @throws KustomizeError KUSTOMIZE_LIMIT */
  takeValue(value: YamlValue): void {
    this.#walk(value, partsOfValue, 0)
  }

  /** @throws KustomizeError KUSTOMIZE_LIMIT */
  takeNode(node: Node): void {
    this.#walk(node, partsOfNode, 0)
  }

  #walk<Value>(value: Value, partsOf: (value: Value) => Iterable<Value>, depth: number): void {
    this.#nodes += 1
    if (this.#nodes > NODES_MAX)
      throw limit(`an object of more than ${NODES_MAX} values`, 'it copies copies of itself')
    if (depth > DEPTH_MAX)
      throw limit(`an object nested more than ${DEPTH_MAX} deep`, 'it moves parts into one another')
    for (const inner of partsOf(value)) this.#walk(inner, partsOf, depth + 1)
  }
}

/** @throws KustomizeError KUSTOMIZE_LIMIT */
export function refuseOutput(length: number): void {
  if (length > OUTPUT_CHARACTERS_MAX)
    throw limit(`an output of more than ${OUTPUT_CHARACTERS_MAX} characters`, 'put less into it')
}

/** @throws KustomizeError KUSTOMIZE_LIMIT */
export function refuseText(length: number): void {
  if (length > TEXT_CHARACTERS_MAX)
    throw limit(`a text of more than ${TEXT_CHARACTERS_MAX} characters`, 'put less into it')
}

/** @throws KustomizeError KUSTOMIZE_LIMIT */
export function refuseEntered(count: number): void {
  if (count > ENTERED_MAX)
    throw limit(`more than ${ENTERED_MAX} kustomizations`, 'make several builds of them')
}

/** @throws KustomizeError KUSTOMIZE_LIMIT */
export function refuseObjects(count: number): void {
  if (count > OBJECTS_MAX)
    throw limit(`more than ${OBJECTS_MAX} objects`, 'make several kustomizations of them')
}

/** @throws KustomizeError KUSTOMIZE_LIMIT */
export function refuseItems(count: number): void {
  if (count > MERGED_ITEMS_MAX)
    throw limit(
      `lists of ${count} items to merge`,
      `at most ${MERGED_ITEMS_MAX} are allowed; replace the list by a JSON patch`,
    )
}

/** @throws KustomizeError KUSTOMIZE_LIMIT */
export function refuseTransformed(count: number): void {
  if (count > TRANSFORMED_MAX)
    throw limit(
      `transformers that look at more than ${TRANSFORMED_MAX} objects`,
      'merge entries of "patches", "images" and the like, or make several builds of them',
    )
}

/** @throws KustomizeError KUSTOMIZE_LIMIT */
export function refuseName(name: string): void {
  if (name.length > NAME_CHARACTERS_MAX)
    throw limit(
      `a name of ${name.length} characters`,
      `at most ${NAME_CHARACTERS_MAX} are allowed; Kubernetes takes 253`,
    )
}

function partsOfValue(value: YamlValue): Iterable<YamlValue> {
  if (isYamlMap(value)) return value.values()
  return isYamlList(value) ? value : NONE
}

function partsOfNode(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'mapping':
      return node.entries.map(({ value }) => value)
    case 'sequence':
      return node.items
    default:
      return NONE
  }
}

const NONE: readonly never[] = []

function limit(words: string, hint: string): KustomizeError {
  return new KustomizeError('KUSTOMIZE_LIMIT', words, { hint })
}
