// The first minute as it is shown in the docs: a page with what was printed, and pictures of three terminals.
import type { Cell } from './screen.ts'
import { screenOf, textOf } from './screen.ts'
import { Mask } from './mask.ts'
import { Minute } from './minute.ts'
import { svgOf } from './svg.ts'

/** Files below `docs/`, by name. */
export type Recording = ReadonlyMap<string, string>

interface Take {
  readonly text: string
  readonly commands: readonly string[]
}

const EDIT =
  'cd fleet && sed -i s/1.2.0/1.2.1/ apps/shop/overlays/us/kustomization.yaml && git commit -qam "Shop 1.2.1 in us" && git push -q'

/** Commands that tell what happens while it happens: lines come in another order each time, or end elsewhere. */
const LIVELY = /demo change|demo break|demo revert|wait|audit list/u

const TAKES: readonly Take[] = [
  {
    text: 'What is delivered, and how it is:',
    commands: ['npx tidemark get applications', 'npx tidemark tree eu/shop'],
  },
  {
    text: 'A change, made with Git; the push is told to the plane, which applies what it changes:',
    commands: [
      'git clone -q http://127.0.0.1:7374/sample.git fleet',
      EDIT,
      'npx tidemark wait us/shop --release 2',
      'npx tidemark history us/shop',
    ],
  },
  {
    text: 'The same without git on the machine, and what it changed:',
    commands: ['npx tidemark demo change', 'npx tidemark diff eu/shop'],
  },
  {
    text: 'A mistake. The last good release stays, and `why` names the file:',
    commands: ['npx tidemark demo break', 'npx tidemark why eu/shop', 'npx tidemark demo revert'],
  },
  {
    text: 'A hand edit, put back:',
    commands: ['npx tidemark demo edit'],
  },
  {
    text: 'A rollback that holds, whatever is pushed, until somebody lifts it:',
    commands: [
      'npx tidemark rollback eu/shop --to 1 --reason "trying it"',
      'npx tidemark demo change',
      'npx tidemark get applications --cluster eu',
      'npx tidemark rollback eu/shop --lift',
      'npx tidemark wait eu/shop --release 3',
    ],
  },
  {
    text: 'Who did what, and the proof that nobody changed it since:',
    commands: ['npx tidemark audit list --last 8', 'npx tidemark audit verify'],
  },
]

const PICTURES = [
  { file: 'first-minute-start.svg', title: 'npm start', of: [] },
  {
    file: 'first-minute-why.svg',
    title: 'a push that does not render',
    of: ['why eu/shop', 'diff eu/shop'],
  },
  {
    file: 'first-minute-rollback.svg',
    title: 'a rollback that holds',
    of: ['--to 1', 'get applications --cluster eu', 'audit verify'],
  },
] as const

/** Runs the first minute on a terminal, and gives the page and its pictures. */
export async function record(): Promise<Recording> {
  await using minute = await Minute.begin({ tools: ['git'], terminal: 'yes' })
  const clone = minute.hints.find((hint) => hint.startsWith('git clone'))
  const url = /http:\S+/u.exec(clone ?? '')?.[0] ?? ''
  const mask = new Mask()
  const started = screenOf(startOf(mask.apply(minute.shown)))
  const printed = new Map<string, string>()
  const pages: string[] = []
  for (const { text, commands } of TAKES) {
    const blocks: string[] = []
    for (const command of commands) {
      const typed = command.replace(/http:\S+\.git/u, url)
      const { output } = await minute.run(typed, { env: { FORCE_COLOR: '1' } })
      const shown = mask.apply(output).trimEnd()
      printed.set(`${command} ${printed.size}`, shown)
      blocks.push(`$ ${command}\n${textOf(screenOf(shown))}`.trimEnd())
    }
    pages.push(`${text}\n\n\`\`\`console\n${blocks.join('\n')}\n\`\`\`\n`)
  }
  const page = [
    HEAD,
    `\`\`\`console\n$ npm start\n${textOf(started).trim()}\n\`\`\`\n`,
    ...pages,
    FOOT,
  ]
  const pictures = PICTURES.map(({ file, title, of }) => {
    const shown = of.length === 0 ? [prompt('npm start'), ...started] : terminalOf(of, printed)
    return [file, svgOf(title, shown)] as const
  })
  return new Map([['first-minute.md', page.join('\n')], ...pictures])
}

/** What `up` had shown when all was ready; npm's own lines are not ours. */
function startOf(shown: string): string {
  const from = shown.indexOf('starting ...')
  return shown.slice(from).trimEnd()
}

function terminalOf(
  parts: readonly string[],
  printed: ReadonlyMap<string, string>,
): readonly (readonly Cell[])[] {
  return parts.flatMap((part) => {
    const [key = '', output = ''] = [...printed].find(([command]) => command.includes(part)) ?? []
    return [prompt(key.replace(/ \d+$/u, '')), ...wrap(screenOf(output)), []]
  })
}

function prompt(command: string): readonly Cell[] {
  return `$ ${command}`.split('').map((text) => ({ text, style: '1' }))
}

const WIDTH = 110

function wrap(lines: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  return lines.flatMap((line) =>
    line.length <= WIDTH
      ? [line]
      : Array.from({ length: Math.ceil(line.length / WIDTH) }, (_, index) =>
          line.slice(index * WIDTH, (index + 1) * WIDTH),
        ),
  )
}

/** What must be the same in every run: the page without what lively commands print, and the pictures. */
export function steadyPart(recording: Recording): ReadonlyMap<string, string> {
  return new Map(
    [...recording].map(([file, text]) => [file, file.endsWith('.md') ? withoutLively(text) : text]),
  )
}

function withoutLively(page: string): string {
  let lively = false
  return page
    .split('\n')
    .filter((line) => {
      if (line.startsWith('$ ') || line.startsWith('```')) lively = LIVELY.test(line)
      return !lively || line.startsWith('$ ')
    })
    .join('\n')
}

const HEAD = `# The first minute

What a terminal shows, from \`npm start\` on. This page is made by \`npm run first-minute\`, which runs it all and writes down what was printed; ids, times and positions are replaced by fixed ones. A test runs it again and compares.

![npm start](first-minute-start.svg)
`

const FOOT = `![a push that does not render](first-minute-why.svg)

![a rollback that holds](first-minute-rollback.svg)
`
