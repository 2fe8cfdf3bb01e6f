import { systemCrashPoints, type CrashPoints } from '@tidemark/kernel'
import type { Environment } from '@tidemark/service'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/*
 * What the command line takes from the environment before it knows what it is asked for. `--help` waits for what is
 * imported here, so that is next to nothing; what the embedded form takes is in serve/embedded-config.ts.
 */

/** The environment itself, for the configuration of services. */
export function environment(): Environment {
  return process.env
}

/** The first file of `KUBECONFIG`. */
export function ownKubeconfig(): string | undefined {
  return (process.env['KUBECONFIG'] ?? '').split(':')[0] || undefined
}

/** `TIDEMARK_CRASH_AT`: where the process ends, for tests. */
export function crashPoints(): CrashPoints {
  return systemCrashPoints(process.env['TIDEMARK_CRASH_AT'] || undefined)
}

/** Whether a program of this name can be started from here. */
export function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.some((folder) => existsSync(join(folder, program)))
}

/** What the environment says of terminals: https://no-color.org and its like. */
export function terminalWishes(): {
  readonly noColor: boolean
  readonly forceColor: boolean
  readonly term: string
} {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM = '' } = process.env
  return { noColor: NO_COLOR !== '', forceColor: !['', '0'].includes(FORCE_COLOR), term: TERM }
}
