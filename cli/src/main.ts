import { CommanderError } from 'commander'
import { endWithoutReader } from './client/broken-pipe.ts'
import { CommandError, EXIT } from './client/exit-codes.ts'
import { keepCompiled } from './compile-cache.ts'
import { buildProgram } from './program.ts'

keepCompiled() // What a command needs beyond this file is loaded when it runs.

endWithoutReader(process.stdout)
endWithoutReader(process.stderr)

try {
  await buildProgram().parseAsync(argumentsOf(process.argv))
} catch (error) {
  process.exitCode = tell(error)
}

/** What stands behind `render helm` are flags of Helm: its `--version` is none of ours. */
function argumentsOf(argv: readonly string[]): string[] {
  const at = argv.findIndex((word, index) => word === 'helm' && argv[index - 1] === 'render')
  return at === -1 ? [...argv] : [...argv.slice(0, at + 1), '--', ...argv.slice(at + 1)]
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
