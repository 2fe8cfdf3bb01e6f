// Every command that the docs tell people to type, and where it is run to see that it works as it stands.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsOf, pages, ROOT, section, type Command } from './read-docs.ts'

/** Where a command can be run. What is not said to need another surrounding is run on the plane of commands.test.ts. */
export type Surrounding = 'plane' | 'kubernetes' | 'platform' | 'service' | 'checkout' | 'shell'

/** Why a command is not run on the plane, and the test that runs it where it belongs. */
export const ELSEWHERE: Readonly<
  Record<Exclude<Surrounding, 'plane'>, { readonly why: string; readonly by: readonly string[] }>
> = {
  kubernetes: {
    why: 'it needs a real API server and helm',
    by: ['test/docs/kubernetes.test.ts', "section('docs/operations.md', '### On Kubernetes')"],
  },
  platform: {
    why: 'it needs a gateway with TLS and a token',
    by: ['test/acceptance/platform.test.ts', "documented('platform')"],
  },
  service: {
    why: 'it needs NATS, Postgres and keys, and stays until it is ended',
    by: ['test/rig/plane/platform.ts', "'serve', service"],
  },
  checkout: {
    why: 'it installs or tests the very checkout that the tests run in',
    by: ['.ci/run', 'npm ci'],
  },
  shell: {
    why: 'what it writes is for another shell',
    by: ['test/docs/completion.test.ts', "tidemark('completion', name)"],
  },
}

/** The commands of one surrounding, each once, in the order of the docs and in their shortest form. */
export function documented(surrounding: Surrounding): readonly Command[] {
  const found = allCommands().filter((command) => surroundingOf(command) === surrounding)
  const short = found.map(({ place, text }) => ({ place, text: shortForm(text) }))
  return short.filter(
    ({ text }, index) => short.findIndex((other) => other.text === text) === index,
  )
}

/** `npm start` is `tidemark up` (package.json), and ends here when all is ready; that `npx` finds it is test/first-minute's. */
function shortForm(text: string): string {
  return text
    .replace(/^npm ci && (?=npm start)/u, '')
    .replace(/^npm start(?: --(?= ))?/u, 'tidemark up')
    .replace(/^npx tidemark/u, 'tidemark')
    .replace(/^(tidemark up.*?) --exit-when-ready/u, '$1')
}

/** Whether the test that is named for a surrounding is still there. */
export function isRunBy([file = '', words = '']: readonly string[]): boolean {
  return readFileSync(join(ROOT, file), 'utf8').includes(words)
}

/** Lines of the pages, and the examples in the help of each command. What was recorded is not among them: it was run. */
function allCommands(): readonly Command[] {
  return [...pages().flatMap(commandsOf).reduce(joinScripts, []), ...examples()]
}

const KUBERNETES = section('docs/operations.md', '### On Kubernetes')
const PLATFORM = [
  ...section('docs/operations.md', '## The platform form'),
  ...section('docs/quickstart.md', '## Thirty minutes: the platform'),
]

function surroundingOf({ place, text }: Command): Surrounding {
  const isIn = (commands: readonly Command[]): boolean =>
    commands.some((command) => command.place === place)
  if (isIn(KUBERNETES)) return 'kubernetes'
  if (isIn(PLATFORM)) return 'platform'
  if (/^tidemark serve \w+$/u.test(text)) return 'service'
  if (/^npm ci(?: && npm test)?$|^npm test$/u.test(text)) return 'checkout'
  return /^tidemark completion (?:zsh|fish|bash) > /u.test(text) ? 'shell' : 'plane'
}

/** Lines that set a variable belong to the one that uses it. */
function joinScripts(done: readonly Command[], command: Command): readonly Command[] {
  const last = done.at(-1)
  return last !== undefined && /^\w+=[^\n]*$/u.test(last.text.split('\n').at(-1) ?? '')
    ? [...done.slice(0, -1), { place: last.place, text: `${last.text}\n${command.text}` }]
    : [...done, command]
}

/** The lines below `Examples:` of each help, without the words that explain them. */
function examples(): readonly Command[] {
  const page = 'docs/reference/cli.md'
  let isExample = false
  return readFileSync(join(ROOT, page), 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      isExample = line === 'Examples:' || (isExample && line.startsWith('  '))
      const text = line.trim().split(/ {2,}/u)[0] ?? ''
      return isExample && line !== 'Examples:' ? [{ place: `${page}:${index + 1}`, text }] : []
    })
}
