/** One command to try, as it can be pasted, and what it shows. */
interface Step {
  readonly command: string
  readonly shows: string
}

export interface SampleSteps {
  readonly dataDir: string
  readonly kubeconfig: string
  /** What `git clone` takes; `undefined` where this machine has no git. */
  readonly gitUrl: string | undefined
  readonly kubectl: boolean
}

const DEFAULT_DIR = './.tidemark'
const COMMAND_WIDTH = 58

/** What to try with the sample fleet, in the order of a first minute. Each line can be pasted as it is. */
export function sampleSteps({ dataDir, kubeconfig, gitUrl, kubectl }: SampleSteps): string {
  const own = ownCommand(dataDir)
  const clone: readonly Step[] =
    gitUrl === undefined
      ? []
      : [{ command: `git clone ${gitUrl} fleet`, shows: 'then edit, commit, push, and watch' }]
  const scale = `kubectl --kubeconfig ${kubeconfig} --context eu -n shop scale deployment shop --replicas 9`
  const edit: readonly Step[] = kubectl
    ? [{ command: scale, shows: 'a hand edit is put back' }]
    : [{ command: own('demo edit'), shows: 'a hand edit on eu, which is put back' }]
  return `
All is ready. In another terminal:

${list([
  { command: own('get applications'), shows: 'what is delivered, and how it is' },
  { command: own('tree eu/shop'), shows: 'its objects' },
  ...clone,
  { command: own('demo change'), shows: 'a commit that says hello in another way' },
  { command: own('diff eu/shop'), shows: 'what that changed' },
  { command: own('demo break'), shows: 'a commit that does not render on eu' },
  { command: own('why eu/shop'), shows: 'the first broken link, in full' },
  { command: own('demo revert'), shows: 'takes that commit back' },
  ...edit,
  {
    command: own('rollback eu/shop --to 1 --reason "trying it"'),
    shows: 'it holds, whatever is pushed',
  },
  { command: own('rollback eu/shop --lift'), shows: 'goes on to the newest release' },
  { command: own('audit list --last 20'), shows: 'who did what' },
  { command: own('audit verify'), shows: 'hashes it all again' },
])}

Ctrl-C ends it; the next start goes on from here.
`
}

/** What to try with a repository and clusters of one's own. */
export function nextSteps(dataDir: string): string {
  const own = ownCommand(dataDir)
  return `
All is ready. In another terminal:

${list([
  { command: own('get applications'), shows: 'what is delivered, and how it is' },
  { command: own('events -f'), shows: 'what happens' },
  { command: own('audit verify'), shows: 'hashes all of it again' },
])}

Ctrl-C ends it; the next start goes on from here.
`
}

function ownCommand(dataDir: string): (words: string) => string {
  const flag = dataDir === DEFAULT_DIR ? '' : ` --data-dir ${dataDir}`
  return (words) => `npx tidemark ${words}${flag}`
}

function list(steps: readonly Step[]): string {
  return steps
    .map(({ command, shows }) => `  ${command.padEnd(COMMAND_WIDTH)}  # ${shows}`)
    .join('\n')
}
