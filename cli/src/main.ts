import { CommanderError } from 'commander'
import { endWithoutReader } from './client/broken-pipe.ts'
import { CommandError, EXIT } from './client/exit-codes.ts'
import { keepCompiled } from './compile-cache.ts'
import { buildProgram } from './program.ts'

keepCompiled() // What a command needs beyond this file is loaded when it runs.

endWithoutReader(process.stdout)
endWithoutReader(process.stderr)

try {
  await buildProgram().parseAsync()
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
