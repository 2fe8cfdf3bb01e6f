import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { freshValues } from '@tidemark/go-template'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { buildKustomization, helmRenderer, KustomizeError } from '@tidemark/kustomize'
import { memoryTree, type SourceTree } from '@tidemark/source-tree'
import { attempt, type Attempt, type Case, type Check, expectOutput, type Suite } from '../suite.ts'
import { caseAt, corpusFile, parseRecord } from '../read-corpus.ts'

export const suite: Suite = {
  name: 'kustomize',
  folder: 'kustomize',
  *cases(directory) {
    for (const group of ['krusty', 'real']) {
      const folder = join(directory, group)
      if (!existsSync(folder)) continue
      for (const id of foldersIn(folder)) yield* readCase(join(folder, id), id, group)
    }
  },
}

interface CaseFile {
  readonly path: string
  readonly options: {
    readonly loadRestrictor: 'rootOnly' | 'none'
    readonly reorder: 'none' | 'legacy' | 'unspecified'
    readonly addManagedByLabel?: boolean
    readonly enableHelm?: boolean
  }
  readonly links?: Readonly<Record<string, string>>
  readonly error?: string
  readonly cliError?: string
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

function readCase(folder: string, id: string, group: string): readonly Case[] {
  return caseAt(join(folder, 'case.json'), () => ({ id, group, run: () => checksOf(folder) }))
}

function checksOf(folder: string): readonly Check[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The corpus' own format, see its README.
  const file = parseRecord(corpusFile(join(folder, 'case.json'))) as unknown as CaseFile
  const built = attempt(() => build(folder, file), messageOf)
  if (file.error === undefined)
    return expectOutput('yaml', corpusFile(join(folder, 'expected.yaml')), built)
  return errorChecks([file.error, file.cliError ?? file.error], built)
}

function build(folder: string, { path, options }: CaseFile): string {
  const { yaml } = buildKustomization({
    tree: readTree(join(folder, 'input')),
    path: path === '.' ? '' : path,
    loadRestriction: options.loadRestrictor,
    reorder: options.reorder,
    addManagedByLabel: options.addManagedByLabel ?? false,
    ...(options.enableHelm
      ? {
          charts: helmRenderer({
            generated: freshValues({ random: seededRandom(1), clock: systemClock }),
          }),
        }
      : {}),
  })
  return yaml
}

function messageOf(error: unknown): string | undefined {
  return error instanceof KustomizeError ? error.upstream : undefined
}

/** Refused at all (level 1); with the innermost of upstream's words (level 2). */
function errorChecks(expected: readonly string[], built: Attempt): readonly Check[] {
  const actual = built.kind === 'refused' ? built.message : ''
  const innermost = expected.map(innermostOf)
  const found = innermost.find((words) => actual.includes(words))
  return [
    { kind: 'error', name: 'refusal', expected: 'refused', actual: built.kind },
    {
      kind: 'message',
      name: 'words',
      expected: innermost[0] ?? '',
      actual: found === undefined ? actual : (innermost[0] ?? ''),
    },
  ]
}

/** What stands behind the last of the prefixes with which each layer told what it was doing. */
function innermostOf(message: string): string {
  const text = message.trim().replace(/"$/, '')
  const parts = text.split(/: (?=[^:]*$)|': /)
  return parts.at(-1) ?? text
}

function readTree(folder: string): SourceTree {
  return memoryTree(filesBelow(folder, ''))
}

function* filesBelow(
  folder: string,
  prefix: string,
): Generator<[path: string, content: Uint8Array | { readonly link: string }]> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const stat = lstatSync(path)
    if (stat.isSymbolicLink()) yield [prefix + name, { link: readlinkSync(path) }]
    else if (stat.isDirectory()) yield* filesBelow(path, `${prefix}${name}/`)
    else yield [prefix + name, readFileSync(path)]
  }
}
