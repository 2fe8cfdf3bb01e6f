// The pages of docs/reference: made of what they describe, so that they cannot be out of date.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAMILIES, type FamilyName } from '@tidemark/contracts'
import { readVectors } from '../golden/golden-vector.ts'
import { fluxReference } from './flux-reference.ts'
import { ROOT } from './read-docs.ts'

export const WRITE = 'node --conditions=source test/docs/write-reference.ts'
const MADE = `<!-- Made by: ${WRITE} -->`

/** What the help of the command line needs of a command of its own. */
interface HelpfulCommand {
  readonly commands: readonly HelpfulCommand[]
  name(): string
  description(): string
  configureOutput(output: {
    readonly writeOut: (text: string) => void
    readonly getOutHelpWidth: () => number
    readonly getOutHasColors: () => boolean
  }): unknown
  outputHelp(): void
}

type Run = (argv: readonly string[], io: { readonly out: (data: never) => void }) => number

const HELP_COLUMNS = 100
/** Their arguments are those of the programs that they stand beside, and they print their own help. */
const ENGINES: Readonly<Record<string, readonly [file: string, run: string]>> = {
  'tidemark render helm': ['render-helm.ts', 'renderHelm'],
  'tidemark render kustomize': ['render-kustomize.ts', 'renderKustomize'],
}

/** `docs/reference/cli.md`: the help of each command, as it prints it. */
export async function cliReference(): Promise<string> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The command line is no package that a test can depend on.
  const { buildProgram } = (await import(join(ROOT, 'cli/src/program.ts'))) as {
    readonly buildProgram: () => HelpfulCommand
  }
  const sections = await commandSections(buildProgram(), '')
  return page('The command line', `Each command's \`--help\`, as it prints it.`, sections)
}

async function commandSections(command: HelpfulCommand, above: string): Promise<readonly string[]> {
  const name = `${above} ${command.name()}`.trim()
  const own = `## \`${name}\`\n\n\`\`\`text\n${(await helpOf(command, name)).trim()}\n\`\`\`\n`
  const below = await Promise.all(command.commands.map((each) => commandSections(each, name)))
  return [own, ...below.flat()]
}

async function helpOf(command: HelpfulCommand, name: string): Promise<string> {
  let text = ''
  const engine = ENGINES[name]
  if (engine !== undefined) {
    const [file, run] = engine
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- As above.
    const module = (await import(join(ROOT, 'cli/src/commands', file))) as Readonly<
      Record<string, Run>
    >
    module[run]?.(['--help'], {
      out: (data: string | Uint8Array) => (text += String(Buffer.from(data))),
    })
    return text
  }
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => HELP_COLUMNS,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text
}

/** `docs/reference/events.md`: each event, what it says of itself, and one as JSON. */
export function eventReference(): string {
  const words = protoWords()
  const examples = new Map([...readVectors().values()].map((each) => [each.type, each.bodyJson]))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The keys of that very table.
  const families = Object.keys(FAMILIES) as readonly FamilyName[]
  const sections = families.map((family) => {
    const { writer, events } = FAMILIES[family]
    const parts = events
      .filter((name) => examples.has(name))
      .map((name) => eventSection(name, words.get(name) ?? '', examples.get(name)))
    return `## \`${family}-…\`\n\nWritten by the ${writer}.\n\n${parts.join('\n')}`
  })
  return page(
    'Events',
    'What is in the log, by the streams that it is in: every event, with one example of its body as JSON, made up field by field (64-bit numbers are texts, bytes are base64). `tidemark audit list -o json` prints those of a plane, with position, time and who did it.',
    sections,
  )
}

function eventSection(name: string, words: string, example: unknown): string {
  const json = JSON.stringify(example, undefined, 2)
  return `### \`${name}\`\n\n${words === '' ? '' : `${words}\n\n`}\`\`\`json\n${json}\n\`\`\`\n`
}

/** The comment above each message of the proto files. */
function protoWords(): ReadonlyMap<string, string> {
  const texts = globSync('proto/tidemark/v1/*.proto', { cwd: ROOT })
    .toSorted()
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  return new Map(
    texts.flatMap((text) =>
      [...text.matchAll(/((?:^\/\/.*\n)+)^message (\w+) \{/gmu)].map(
        ([, comment = '', name = '']): [string, string] => [
          name,
          comment
            .replaceAll(/^\/\/ ?/gmu, '')
            .trim()
            .replaceAll('\n', ' '),
        ],
      ),
    ),
  )
}

function page(title: string, words: string, sections: readonly string[]): string {
  return `${MADE}\n\n# ${title}\n\n${words}\n\n${sections.join('\n')}`
}

/** Every page of docs/reference, by its path from the root. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/cli.md', await cliReference()],
    ['docs/reference/events.md', eventReference()],
    ['docs/reference/flux.md', `${MADE}\n\n${fluxReference()}`],
  ])
}
