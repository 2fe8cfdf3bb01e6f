import { Command, Option } from 'commander'
import { setColorMode, type ColorMode } from './client/terminal.ts'
import { addCommands } from './commands/index.ts'
import { VERSION } from './version.ts'

/** The command line, as it runs and as the reference describes it. */
export function buildProgram(): Command {
  const program = new Command('tidemark')
    .description(
      'Git in, releases out: delivers what is in Git to Kubernetes clusters, with history.',
    )
    .version(VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addOption(
      new Option('--color <when>', 'whether to use colours; NO_COLOR is heeded')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .hook('preAction', () => {
      const { color } = program.opts<{ color: ColorMode }>()
      setColorMode(color)
    })
    .addHelpText(
      'after',
      `
Examples:
  tidemark up                                    three simulated clusters and a sample fleet
  tidemark up --repo https://git.example.com/fleet --path clusters/dev --context dev=dev
  tidemark get applications                      what is delivered, and how it is
  tidemark why eu/shop                           the first broken link, in full
  tidemark rollback eu/shop --to 3 --reason "..."   put release 3 back, until somebody lifts it
  tidemark audit verify                          prove that history was not changed

Exit codes:
  0 done   1 failed   2 wrong usage   3 not ready, or timed out   4 denied   5 not found
  6 conflict   130 interrupted   141 nobody reads the output.   diff: 0 equal, 1 different, more for errors`,
    )
  addCommands(program)
  return program
}
