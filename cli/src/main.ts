import { Command, CommanderError } from 'commander'
import { addCommands } from './commands/index.ts'
import { CommandError, EXIT } from './client/exit-codes.ts'
import { keepCompiled } from './compile-cache.ts'
import { VERSION } from './version.ts'

keepCompiled() // What a command needs beyond this file is loaded when it runs.

const program = new Command('tidemark')
  .description(
    'Git in, releases out: delivers what is in Git to Kubernetes clusters, with history.',
  )
  .version(VERSION, '--version', 'print the version')
  .helpOption('-h, --help', 'print help')
  .showSuggestionAfterError()
  .exitOverride()
  .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
  .addHelpText(
    'after',
    `
Examples:
  tidemark up                                    a control plane, a sandbox cluster and a sample repository
  tidemark up --repo https://git.example.com/fleet --path clusters/dev --context dev=dev
  tidemark get applications                      what is delivered, and how it is
  tidemark why shop                              the first broken link, in full
  tidemark rollback shop --to 3 --reason "..."   put release 3 back, until somebody lifts it
  tidemark audit verify                          prove that history was not changed`,
  )
addCommands(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = tell(error)
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof CommandError) {
    process.stderr.write(`tidemark: ${error.message}\n`)
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : 'ended without a reason'
  process.stderr.write(`tidemark: ${message}\n`)
  return EXIT.failed
}
