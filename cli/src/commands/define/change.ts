import { Argument, type Command } from 'commander'
import { readCount, withExamples, withOutput, withServer } from '../options.ts'

/** What asks for something, or waits for it. */
export function addChange(program: Command): void {
  addReconcile(program)
  addWait(program)
  addSuspend(program)
  addRollback(program)
  addParked(program)
}

/** To wait until what was asked for is done. */
function withWait(command: Command): Command {
  return command
    .option('--wait', 'until it is done; ends with 3 where it is not in time, or fails for good')
    .option('--timeout <duration>', 'with --wait: how long', '5m')
}

function addReconcile(program: Command): void {
  const reconcile = program
    .command('reconcile')
    .description('look at it now')
    .argument('<application>', 'an application, or with --source a source')
    .option('--source', 'the name is that of a source')
    .option('--with-source', 'look at its source first')
    .option('--approve-prune', 'deletions that a guard holds may go on')
    .option('--rotate-generated', 'passwords and keys that its charts generated are drawn anew')
    .option('--reason <text>', 'why; it is kept', '')
  withExamples(
    withWait(withOutput(reconcile)),
    'reconcile eu/shop --with-source',
    'reconcile eu/shop --wait --timeout 2m',
    'reconcile flux-system --source',
    'reconcile eu/shop --approve-prune --reason "the old queue is drained"',
    'reconcile eu/shop --rotate-generated --reason "the password was seen"',
  ).action(async (name, options) => (await import('../change.ts')).reconcile(name, options))
}

function addWait(program: Command): void {
  const wait = program
    .command('wait')
    .description('wait until applications are ready; says what it waits for')
    .argument('[applications...]', 'which ones; else all')
    .option('--cluster <name>', 'only of this cluster')
    .option('--commit <id>', 'until they stand at this commit')
    .option('--release <number>', 'until the cluster runs this release or a newer one', readCount)
    .option('--timeout <duration>', 'how long to wait', '5m')
    .addHelpText(
      'after',
      '\nEnds with 0 when all are ready; 3 at the timeout, or when one has failed for good.',
    )
  withExamples(
    withOutput(wait),
    'wait',
    'wait eu/shop --commit 1f0c2ab --timeout 2m',
    'wait --cluster eu',
  ).action(async (names, options) => (await import('../wait.ts')).wait(names, options))
}

function addSuspend(program: Command): void {
  const suspend = program
    .command('suspend')
    .description('let nothing new through to an application')
    .argument('<application>')
    .requiredOption('--reason <text>', 'why; it is kept, and shown to all')
    .option('--until <time>', 'when it ends by itself: 2026-12-24T18:00:00Z, or 2h from now')
  withExamples(
    withWait(withOutput(suspend)),
    'suspend eu/shop --reason "stocktaking" --until 2h',
    'suspend eu/shop --reason "freeze" --until 2026-12-24T18:00:00Z',
  ).action(async (name, options) => (await import('../change.ts')).suspend(name, options))
  const resume = program
    .command('resume')
    .description('end a suspension')
    .argument('<application>')
    .option('--reason <text>', 'why; it is kept', '')
  withExamples(withWait(withOutput(resume)), 'resume eu/shop', 'resume eu/shop --wait').action(
    async (name, options) => (await import('../change.ts')).resume(name, options),
  )
}

function addRollback(program: Command): void {
  const rollback = program
    .command('rollback')
    .description('put a release back; it holds until it is lifted')
    .argument('<application>')
    .option('--to <release>', 'the number of the release', readCount)
    .option('--lift', 'end the hold, and go on to the newest release')
    .option('--reason <text>', 'why; it is kept, and shown to all')
  withExamples(
    withWait(withOutput(rollback)),
    'rollback eu/shop --to 3 --reason "checkout is slow since 4" --wait',
    'rollback eu/shop --lift',
  ).action(async (name, options) => (await import('../change.ts')).rollback(name, options))
}

function addParked(program: Command): void {
  const parked = program
    .command('parked')
    .description('decide on an event that a service could not handle')
    .addArgument(new Argument('<resolution>').choices(['retry', 'skip']))
    .argument('<reader>', 'as tidemark get parked names it')
    .argument('<position>')
    .requiredOption('--reason <text>', 'why; it is kept')
  withExamples(
    withServer(parked),
    'get parked',
    'parked retry renderer/main 812 --reason "the disk has room again"',
  ).action(async (resolution, reader, position, options) =>
    (await import('../change.ts')).resolveParked({ resolution, reader, position }, options),
  )
}

/** Commits to the sample repository, and a hand edit, without git and kubectl. */
export function addDemo(program: Command): void {
  const demo = program
    .command('demo')
    .description('try things on the sample fleet of tidemark up, without git and kubectl')
  const add = (name: string, text: string): void => {
    withExamples(withServer(demo.command(name).description(text)), `demo ${name}`).action(
      async (options) => {
        const { demo: run } = await import('../demo.ts')
        await run(name, options)
      },
    )
  }
  add('change', 'commit a change that goes to all clusters')
  add('break', 'commit a mistake that does not render on eu')
  add('revert', 'take the newest commit back, as git revert does')
  add('edit', 'change a Deployment on eu by hand; it is put back')
  withExamples(demo, 'demo change', 'demo break', 'demo revert', 'demo edit')
}
