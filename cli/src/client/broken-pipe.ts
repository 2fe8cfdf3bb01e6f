import { EXIT } from './exit-codes.ts'

/**
 * Who read the output is gone (`| head`): there is nobody to tell, so the program ends, as one does that the signal of a
 * broken pipe ends. What it was in the middle of has to stand that, as it stands a crash.
 */
export function endWithoutReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.brokenPipe)
  })
}
