import type { Random } from '@tidemark/kernel'
import { randomObject } from './generate-object.ts'
import { Dice } from './dice.ts'

/** A tree, by path, and the folder in it to build. */
export interface GeneratedTree {
  readonly files: Readonly<Record<string, string>>
  readonly path: string
}

type Fields = Record<string, unknown>

/** Bases, a component and an overlay that do what they please to one another's objects. */
export function generateTree(random: Random): GeneratedTree {
  const dice = new Dice(random)
  const world = new World(dice)
  const files: Record<string, string> = {}
  const bases = dice.some(1, 2, (at) => `base${at}`)
  for (const base of bases) addFolder(world, files, { folder: base, fields: {} })
  const fields: Fields = { resources: bases.map((base) => `../${base}`) }
  if (dice.chance(0.3)) {
    const kind = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' }
    addFolder(world, files, { folder: 'part', fields: kind })
    fields['components'] = ['../part']
  }
  addFolder(world, files, { folder: 'top', fields })
  return { files, path: 'top' }
}

/** What has been made until now, so that most of what is said of an object is said of one that is there. */
class World {
  readonly dice: Dice
  readonly objects: Fields[] = []

  constructor(dice: Dice) {
    this.dice = dice
  }

  /** A new object; seldom one whose name is taken. */
  add(): readonly Fields[] {
    const object = randomObject(this.dice)
    const isTaken = this.objects.some((each) => idOf(each) === idOf(object))
    if (isTaken && this.dice.chance(0.97)) return []
    this.objects.push(object)
    return [object]
  }

  /** An object that is there, of some kind where that is said. */
  known(kinds: readonly string[] = []): Fields | undefined {
    const fitting = this.objects.filter(
      ({ kind }) => kinds.length === 0 || kinds.includes(String(kind)),
    )
    if (this.dice.chance(0.03)) return randomObject(this.dice)
    return fitting.length === 0 ? undefined : this.dice.pick(fitting)
  }
}

function idOf(object: Fields): string {
  return `${String(object['kind'])} ${nameOf(object)}`
}

function nameOf({ metadata }: Fields): string {
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata
    ? String(metadata.name)
    : ''
}

function addFolder(
  world: World,
  files: Record<string, string>,
  { folder, fields }: { readonly folder: string; readonly fields: Fields },
): void {
  const { dice } = world
  const objects = dice.some(folder === 'top' ? 0 : 1, 4, () => world.add()).flat()
  const resources = objects.map((object, at) => {
    files[`${folder}/r${at}.yaml`] = JSON.stringify(object, undefined, dice.pick([0, 2]))
    return `r${at}.yaml`
  })
  const listed: unknown = fields['resources']
  const kustomization: Fields = {
    ...fields,
    resources: [...(Array.isArray(listed) ? listed : []), ...resources],
  }
  for (const [name, make] of Object.entries(FIELDS)) {
    const value = dice.chance(0.25) ? make(world) : undefined
    if (value !== undefined) kustomization[name] = value
  }
  files[`${folder}/kustomization.yaml`] = JSON.stringify(kustomization)
  files[`${folder}/settings.env`] = 'A=1\n# no\nB = two\nC\n'
  files[`${folder}/note.txt`] = 'one\n two\n'
}

const FIELDS: Readonly<Record<string, (world: World) => unknown>> = {
  namePrefix: ({ dice }) => dice.pick(['p-', 'x.', '0']),
  nameSuffix: ({ dice }) => dice.pick(['-s', '.y', '1']),
  namespace: ({ dice }) => dice.pick(['one', 'two', 'default']),
  commonLabels: ({ dice }) => ({ [dice.key()]: dice.text() }),
  labels: ({ dice }) => [
    {
      pairs: { [dice.key()]: dice.text() },
      ...(dice.chance(0.4) ? { includeSelectors: dice.chance(0.7) } : {}),
      ...(dice.chance(0.4) ? { includeTemplates: true } : {}),
    },
  ],
  commonAnnotations: ({ dice }) => ({ [dice.key()]: dice.text() }),
  images: ({ dice }) =>
    dice.some(1, 2, () => ({
      name: dice.image(),
      ...dice.pick([
        { newTag: '9' },
        { newName: 'other/name' },
        { digest: 'sha256:00ff' },
        { tagSuffix: '-x' },
      ]),
    })),
  replicas: (world) => {
    const object = world.known(['Deployment', 'StatefulSet'])
    return object && [{ name: nameOf(object), count: world.dice.number(5) }]
  },
  configMapGenerator: (world) => world.dice.some(1, 2, () => generator(world, 'ConfigMap')),
  secretGenerator: (world) => world.dice.some(1, 2, () => generator(world, 'Secret')),
  generatorOptions: ({ dice }) => ({
    ...(dice.chance(0.5) ? { labels: { [dice.key()]: 'made' } } : {}),
    ...(dice.chance(0.3) ? { disableNameSuffixHash: true } : {}),
    ...(dice.chance(0.2) ? { immutable: true } : {}),
  }),
  patches: (world) => world.dice.some(1, 3, () => patch(world)).flat(),
  replacements: (world) => world.dice.some(1, 2, () => replacement(world)).flat(),
  vars: (world) => {
    const object = world.known(['Service', 'ConfigMap'])
    const { dice } = world
    return (
      object && [
        {
          name: dice.pick(['VAR', 'OTHER']),
          objref: { kind: object['kind'], name: nameOf(object), apiVersion: 'v1' },
          ...(dice.chance(0.3)
            ? { fieldref: { fieldpath: dice.pick(['metadata.name', 'kind']) } }
            : {}),
        },
      ]
    )
  },
  sortOptions: ({ dice }) => ({ order: dice.pick(['fifo', 'legacy']) }),
  buildMetadata: ({ dice }) =>
    dice.pick([['originAnnotations'], ['transformerAnnotations', 'originAnnotations']]),
}

function generator(world: World, kind: string): Fields {
  const { dice } = world
  const old = dice.chance(0.4) ? world.known([kind]) : undefined
  const name = old === undefined ? `made${dice.number(20)}` : nameOf(old)
  if (old === undefined) world.objects.push({ apiVersion: 'v1', kind, metadata: { name } })
  return {
    name,
    ...(old === undefined ? {} : { behavior: dice.pick(['merge', 'replace']) }),
    ...(dice.chance(0.05) ? { namespace: dice.pick(['one', 'two']) } : {}),
    ...(dice.chance(0.8) ? { literals: dice.some(1, 3, (at) => `k${at}=${dice.text()}`) } : {}),
    ...(dice.chance(0.2) ? { envs: ['settings.env'] } : {}),
    ...(dice.chance(0.2) ? { files: [dice.pick(['note.txt', 'key=note.txt'])] } : {}),
    ...(dice.chance(0.2) ? { options: { annotations: { [dice.key()]: 'own' } } } : {}),
  }
}

function patch(world: World): readonly Fields[] {
  const { dice } = world
  const object = world.known()
  if (object === undefined) return []
  const target = { kind: object['kind'], name: dice.pick([nameOf(object), 'a|b', '.*']) }
  if (dice.chance(0.3)) return [{ target, patch: JSON.stringify(operations(dice, object)) }]
  const { apiVersion, kind, metadata } = object
  const other = dice.chance(0.5) ? object : sameKind(dice, String(kind))
  const changed = { ...other, apiVersion, kind, metadata }
  const text = JSON.stringify(withDirectives(dice, changed))
  return [dice.chance(0.4) ? { target, patch: text } : { patch: text }]
}

function sameKind(dice: Dice, kind: string): Fields {
  const made = dice.some(20, 20, () => randomObject(dice))
  return made.find((each) => each['kind'] === kind) ?? {}
}

function operations(dice: Dice, object: Fields): readonly unknown[] {
  const pointers = pointersOf(object, '')
  return dice.some(1, 3, () => {
    const op = dice.pick(['add', 'add', 'add', 'replace', 'replace', 'remove', 'copy', 'move'])
    const path = dice.pick(pointers)
    return {
      op,
      path: op === 'add' && dice.chance(0.3) ? `${path}/new` : path,
      ...(op === 'copy' || op === 'move' ? { from: dice.pick(pointers) } : {}),
      ...(op === 'add' || op === 'replace' ? { value: dice.value() } : {}),
    }
  })
}

/** All places in a value, but for those that say what it is. */
function pointersOf(value: unknown, at: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [at]
  const inner = Object.entries(value)
    .filter(([key]) => !IDENTITY.has(key) || at !== '')
    .flatMap(([key, each]) => pointersOf(each, `${at}/${key.replaceAll('/', '~1')}`))
  const own = Array.isArray(value) ? [at, `${at}/-`] : [at]
  return at === '' ? ['/metadata/labels', ...inner] : [...own, ...inner]
}

/** Puts directives and nulls into an object, at random. */
function withDirectives(dice: Dice, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((each: unknown) => withDirectives(dice, each))
    return dice.chance(0.05) ? [...items, { $patch: 'replace' }] : items
  }
  if (typeof value !== 'object' || value === null) return dice.chance(0.05) ? null : value
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [
    key,
    IDENTITY.has(key) ? each : withDirectives(dice, each),
  ])
  const map = Object.fromEntries(entries)
  return dice.chance(0.05) ? { ...map, $patch: dice.pick(['delete', 'replace', 'merge']) } : map
}

const IDENTITY: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'name'])

function replacement(world: World): readonly Fields[] {
  const { dice } = world
  const [source, target] = [world.known(), world.known()]
  if (source === undefined || target === undefined) return []
  const options = (): Fields =>
    dice.chance(0.3)
      ? { options: { delimiter: dice.pick([':', '-', '/']), index: dice.number(3) - 1 } }
      : {}
  const path = (object: Fields): string =>
    dice.pick([...pathsOf(object), 'metadata.labels.app', 'metadata.annotations.[x/y]'])
  return [
    {
      source: {
        kind: source['kind'],
        name: nameOf(source),
        ...(dice.chance(0.7) ? { fieldPath: path(source) } : {}),
        ...options(),
      },
      targets: dice.some(1, 2, () => ({
        select: { kind: target['kind'], ...(dice.chance(0.6) ? { name: nameOf(target) } : {}) },
        ...(dice.chance(0.1) ? { reject: [{ name: dice.name() }] } : {}),
        fieldPaths: dice.some(1, 2, () => path(target)),
        ...(dice.chance(0.6) ? { options: { create: true } } : options()),
      })),
    },
  ]
}

/** The places in an object as replacements name them. */
function pathsOf(object: Fields): readonly string[] {
  return pointersOf(object, '')
    .filter((pointer) => !pointer.endsWith('/-') && !pointer.includes('~'))
    .map((pointer) => pointer.slice(1).replaceAll('/', '.'))
}
