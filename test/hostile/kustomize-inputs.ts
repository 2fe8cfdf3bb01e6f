import { indexedTree, type SourceTree } from '@tidemark/source-tree'

/** What is in a tree, by path. */
export type Files = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>

export const MIB: number = 1024 ** 2
const GIB = 1024 ** 3

export const list = { 'kustomization.yaml': 'resources: [a.yaml]\n' }

export function config(data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n${data}`
}

export function object(text: string | Uint8Array): Files {
  return { ...list, 'a.yaml': text }
}

export function patched(patch: string): Files {
  return {
    'kustomization.yaml':
      'resources: [a.yaml]\npatches: [{path: patch.yaml, target: {kind: ConfigMap}}]\n',
    'a.yaml': config('data: {list: [a]}\n'),
    'patch.yaml': patch,
  }
}

export function replaced(target: string, options: string): Files {
  return {
    'kustomization.yaml': `resources: [a.yaml]
replacements:
- source: {kind: ConfigMap, fieldPath: metadata.name}
  targets:
  - {select: {kind: ConfigMap}, fieldPaths: [${target}], options: {${options}}}
`,
    'a.yaml': config('data: {a: b-c, list: [a]}\n'),
  }
}

/** Eight lines that come to 10^8 nodes. */
export function bomb(): string {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
  for (const [to, from] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'])
    lines.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(',')}]`)
  return `${lines.join('\n')}\n`
}

export function mergeBomb(): string {
  const lines = ['a: &a {k: v}']
  for (const [to, from] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'])
    lines.push(
      `${to}: &${to} {${Array.from({ length: 10 }, (_, at) => `k${at}: {<<: *${from}}`).join(',')}}`,
    )
  return `${lines.join('\n')}\n`
}

export function flatKeys(): string {
  return Array.from({ length: 100_000 }, (_, at) => `  key-number-${at}: value-of-it-${at}\n`).join(
    '',
  )
}

export function keys(prefix: string): string {
  return Array.from({ length: 20_000 }, (_, at) => `  ${prefix}${at}: v\n`).join('')
}

export function pod(containers: number): string {
  const items = Array.from({ length: containers }, (_, at) => `  - {name: c${at}}\n`).join('')
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n${items}`
}

export function doublingBases(): Files {
  const levels = Array.from({ length: 20 }, (_, at) => [
    [`b${at}/kustomization.yaml`, 'resources: [l, r]\n'],
    ...['l', 'r'].map((side) => [
      `b${at}/${side}/kustomization.yaml`,
      `namePrefix: ${side}-\nresources: [../../b${at + 1}]\n`,
    ]),
  ])
  return Object.fromEntries([
    ['kustomization.yaml', 'resources: [b0]\n'],
    ...levels.flat(),
    ['b20/kustomization.yaml', 'resources: [a.yaml]\n'],
    ['b20/a.yaml', config('')],
  ])
}

/** Says that it has 2 GiB; to read it would end the process. */
export function largeFile(): SourceTree {
  const texts: Readonly<Record<string, string>> = {
    'kustomization.yaml': 'configMapGenerator: [{name: a, files: [big.bin]}]\n',
  }
  const size = (path: string): number => texts[path]?.length ?? 2 * GIB
  return indexedTree(
    ['big.bin', 'kustomization.yaml'].map((path) => ({ path, mode: '100644', size: size(path) })),
    ({ path }) => Buffer.from(texts[path] ?? Buffer.alloc(2 * GIB)),
  )
}

export function generator(annotation: string): Files {
  return {
    'kustomization.yaml': 'generators: [g.yaml]\n',
    'g.yaml': `apiVersion: x/v1\nkind: Run\nmetadata:\n  name: a\n  annotations:\n    ${annotation}\n`,
  }
}

export function operation(path: string): string {
  return `- {op: add, path: ${path}, value: x}\n`
}

export function selected(name: string): Files {
  return {
    'kustomization.yaml': `resources: [a.yaml]\npatches:\n- target: {name: '${name}'}\n  patch: '[{"op": "add", "path": "/data", "value": {"b": "c"}}]'\n`,
    'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${'a'.repeat(100_000)}!}\n`,
  }
}
