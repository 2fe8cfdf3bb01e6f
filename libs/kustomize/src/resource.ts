import { compareBytes } from '@tidemark/source-tree'
import { KustomizeError } from './kustomize-error.ts'
import { refuseName } from './limits.ts'
import { type Gvk, parseApiVersion } from './identity/gvk.ts'
import { idText, makeId, type ResourceId } from './identity/resource-id.ts'
import {
  EMPTY_MAPPING,
  type Entry,
  field,
  isNull,
  isNullOrEmpty,
  type Mapping,
  type Node,
  rawText,
  text,
  texts,
  textOf,
  untagged,
  withField,
  withoutField,
} from './node/node.ts'
import { remembered } from './node/remembered.ts'
import { setAt, setField } from './node/set-field.ts'
import type { Scopes } from './schema/scopes.ts'

const INTERNAL = 'internal.config.kubernetes.io/'
const NOTES = [
  'previousKinds',
  'previousNames',
  'previousNamespaces',
  'prefixes',
  'suffixes',
  'refBy',
  'generatorBehavior',
  'needsHashSuffix',
  'allowNameChange',
  'allowKindChange',
  'helm-generated',
] as const

/** The annotations in which kustomize keeps a resource's history while it builds. */
export const Note: Readonly<Record<(typeof NOTES)[number], string>> = noteNames()

function noteNames(): Readonly<Record<(typeof NOTES)[number], string>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Built from the very names that the type lists.
  return Object.fromEntries(NOTES.map((name) => [name, INTERNAL + name])) as Record<
    (typeof NOTES)[number],
    string
  >
}

const FILE_NOTES = ['path', 'index', 'seqindent', 'id', 'annotations-migration-resource-id'].map(
  (name) => INTERNAL + name,
)
const LEGACY_NOTES = ['config.kubernetes.io/path', 'config.kubernetes.io/index', 'config.k8s.io/id']

/** What never leaves a build. */
export const BUILD_NOTES: readonly string[] = [
  ...Object.values(Note),
  ...FILE_NOTES,
  ...LEGACY_NOTES,
]

export const ORIGIN_ANNOTATION = 'config.kubernetes.io/origin'
export const TRANSFORMATIONS_ANNOTATION = 'alpha.config.kubernetes.io/transformations'

/** Where an object was first written down. */
export interface Origin {
  /** The file, or the kustomization whose generator made the object; from the root of the tree. */
  readonly path: string
  /** The generator, where there was one. */
  readonly generator?: string
}

/** Something that changed an object on its way. */
export interface Layer {
  /** The kustomization that asked for it, from the root of the tree. */
  readonly kustomization: string
  readonly transformer: string
  /** The file of the patch or of the transformer, where it has one. */
  readonly path?: string
}

/** An object on its way through a build: a node that changes hands, and what is known of its past. */
export class Resource {
  node: Node | undefined
  readonly scopes: Scopes
  origin: Origin
  layers: readonly Layer[] = []
  /** Names of the vars whose value is read from this object. */
  varNames: readonly string[] = []
  /** How often it was changed. */
  changes = 0
  #current: { node: Node | undefined; id: ResourceId } | undefined
  #previous: { annotations: Node | undefined; ids: readonly ResourceId[] } | undefined

  constructor(node: Node, scopes: Scopes, origin: Origin) {
    this.node = node
    this.scopes = scopes
    this.origin = origin
  }

  /** The same object, to be changed on its own. */
  copy(): Resource {
    const copy = new Resource(this.node ?? EMPTY_MAPPING, this.scopes, this.origin)
    copy.node = this.node
    copy.layers = this.layers
    copy.varNames = this.varNames
    return copy
  }

  get isEmpty(): boolean {
    return isNullOrEmpty(this.node)
  }

  get apiVersion(): string {
    return rawText(field(this.node, 'apiVersion'))
  }

  get kind(): string {
    return rawText(field(this.node, 'kind'))
  }

  get name(): string {
    return metaText(this.node, 'name')
  }

  get namespace(): string {
    return metaText(this.node, 'namespace')
  }

  get gvk(): Gvk {
    return { ...parseApiVersion(this.apiVersion), kind: this.kind }
  }

  /** What it is called now. */
  get id(): ResourceId {
    if (this.#current?.node !== this.node || this.#current === undefined)
      this.#current = { node: this.node, id: makeId(this.gvk, this, this.scopes) }
    return this.#current.id
  }

  /** What it was called before, the oldest first. */
  get previousIds(): readonly ResourceId[] {
    const annotations = field(metadata(this.node), 'annotations')
    if (this.#previous === undefined || this.#previous.annotations !== annotations)
      this.#previous = { annotations, ids: this.#rememberPreviousIds(annotations) }
    return this.#previous.ids
  }

  get originalId(): ResourceId {
    return this.previousIds[0] ?? this.id
  }

  /** All that it is or was called. */
  get anyIds(): readonly ResourceId[] {
    return [...this.previousIds, this.id]
  }

  annotation(name: string): string | undefined {
    const value = field(field(metadata(this.node), 'annotations'), name)
    return value?.kind === 'scalar' ? value.value : undefined
  }

  get annotations(): Map<string, string> {
    return texts(field(metadata(this.node), 'annotations'))
  }

  get labels(): Map<string, string> {
    return texts(field(metadata(this.node), 'labels'))
  }

  /** Writes all annotations anew, sorted, each as a text; none at all takes the field out. */
  setAnnotations(annotations: ReadonlyMap<string, string>): void {
    this.#setMetadataMap('annotations', annotations)
  }

  setLabels(labels: ReadonlyMap<string, string>): void {
    this.#setMetadataMap('labels', labels)
  }

  /** Writes annotations and leaves the others as they are. */
  annotate(...added: readonly (readonly [name: string, value: string])[]): void {
    if (added.length === 0) return
    const node = withoutEmptyAnnotations(this.node ?? EMPTY_MAPPING)
    const annotations = added.reduce<Node>(
      (map, [name, value]) => setField(map, name, text(value, 'single-quoted')),
      field(metadata(node), 'annotations') ?? EMPTY_MAPPING,
    )
    this.node = setAt(node, ['metadata', 'annotations'], annotations)
  }

  label(name: string, value: string): void {
    const node = this.node ?? EMPTY_MAPPING
    this.node = setAt(node, ['metadata', 'labels', name], text(value, 'single-quoted'))
  }

  setName(name: string): void {
    refuseName(name)
    this.node = setAt(this.node ?? EMPTY_MAPPING, ['metadata', 'name'], untagged(name))
  }

  setNamespace(namespace: string): void {
    const value = namespace === '' ? undefined : untagged(namespace)
    this.node = setAt(this.node ?? EMPTY_MAPPING, ['metadata', 'namespace'], value)
  }

  setKind(kind: string): void {
    this.node = setField(this.node ?? EMPTY_MAPPING, 'kind', untagged(kind))
  }

  setApiVersion(apiVersion: string): void {
    this.node = setField(this.node ?? EMPTY_MAPPING, 'apiVersion', untagged(apiVersion))
  }

  /** Keeps the name that it has now for those who refer to it by that name, and what else is to be noted with it. */
  storePreviousId(...more: readonly (readonly [note: string, value: string])[]): void {
    const { id } = this
    const namespace = id.clusterScoped ? '_non_namespaceable_' : id.namespace || 'default'
    this.appendNotes(
      ...more,
      [Note.previousNames, id.name],
      [Note.previousNamespaces, namespace],
      [Note.previousKinds, id.kind],
    )
  }

  /** The values of an annotation that is a list with commas. */
  notes(name: string): readonly string[] {
    return this.annotation(name)?.split(',') ?? []
  }

  appendNotes(...added: readonly (readonly [name: string, value: string])[]): void {
    const notes = added.filter(([, value]) => value !== '')
    this.annotate(
      ...notes.map(([name, value]) => [name, [...this.notes(name), value].join(',')] as const),
    )
  }

  isMarked(name: string): boolean {
    return this.annotation(name) === 'enabled'
  }

  mark(name: string): void {
    this.setAnnotations(this.annotations.set(name, 'enabled'))
  }

  /** Notes that something changed it. */
  addLayer(layer: Layer): void {
    this.layers = [...this.layers, layer]
  }

  #setMetadataMap(name: 'annotations' | 'labels', values: ReadonlyMap<string, string>): void {
    const node = this.node ?? EMPTY_MAPPING
    const meta = field(node, 'metadata')
    if (holdsTexts(field(meta, name), values)) return
    const map: Mapping = meta?.kind === 'mapping' ? withoutField(meta, name) : EMPTY_MAPPING
    const entries = [...values]
      .toSorted(([left], [right]) => compareBytes(left, right))
      .map(([key, value]): Entry => ({ key: untagged(key), value: text(value) }))
    const next = entries.length === 0 ? map : withField(map, name, { kind: 'mapping', entries })
    this.node = withField(node.kind === 'mapping' ? node : EMPTY_MAPPING, 'metadata', next)
  }

  #rememberPreviousIds(annotations: Node | undefined): readonly ResourceId[] {
    if (annotations === undefined || !this.scopes.arePlain) return this.#readPreviousIds()
    return remembered(annotations, `previous ids ${this.apiVersion}`, () => this.#readPreviousIds())
  }

  #readPreviousIds(): readonly ResourceId[] {
    if (this.annotation(Note.previousNames) === undefined) return []
    const names = this.notes(Note.previousNames)
    const namespaces = this.notes(Note.previousNamespaces)
    const kinds = this.notes(Note.previousKinds)
    if (names.length !== namespaces.length || names.length !== kinds.length)
      throw new KustomizeError(
        'KUSTOMIZE_OBJECT',
        'number of previous names, number of previous namespaces, number of previous kinds not equal',
        { hint: `take the annotations "${INTERNAL}…" out of ${idText(this.id)}` },
      )
    const version = parseApiVersion(this.apiVersion)
    return names.map((name, at) =>
      makeId(
        { ...version, kind: kinds[at] ?? '' },
        { name, namespace: namespaces[at] ?? '' },
        this.scopes,
      ),
    )
  }
}

function metadata(node: Node | undefined): Node | undefined {
  const found = field(node, 'metadata')
  return isNullOrEmpty(found) ? undefined : found
}

function metaText(node: Node | undefined, name: string): string {
  const value = field(metadata(node), name)
  return isNull(value) ? '' : textOf(value)
}

function withoutEmptyAnnotations(node: Node): Node {
  const meta = field(node, 'metadata')
  if (node.kind !== 'mapping' || meta?.kind !== 'mapping') return node
  const annotations = field(meta, 'annotations')
  if (annotations === undefined || !isNullOrEmpty(annotations)) return node
  return withField(node, 'metadata', withoutField(meta, 'annotations'))
}

/** Whether a mapping holds exactly these texts, and nothing that only looks like one. */
function holdsTexts(node: Node | undefined, values: ReadonlyMap<string, string>): boolean {
  if (node === undefined) return values.size === 0
  if (node.kind !== 'mapping' || node.entries.length !== values.size || values.size === 0)
    return false
  return node.entries.every(
    ({ key, value }) =>
      value.kind === 'scalar' && value.tag === '!!str' && values.get(key.value) === value.value,
  )
}
