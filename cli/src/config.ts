import { systemCrashPoints, type CrashPoints } from '@tidemark/kernel'
import { ConfigReader, type Environment } from '@tidemark/service'
import { readSnapshotEvents } from './serve/platform-config.ts'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'

/** What the command line takes from the environment. */
export interface CliConfig {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces go. */
  readonly otlpUrl: string | undefined
  /** `TIDEMARK_RENDER_PROCESSES`: how many render side by side. */
  readonly renderChildren: number
  /** The first file of `KUBECONFIG`. */
  readonly kubeconfig: string | undefined
  readonly crashPoints: CrashPoints
  /** `TIDEMARK_SNAPSHOT_EVENTS`: how many events at least lie between two snapshots. */
  readonly snapshotEvents: number
}

/** Reads the environment, once. */
export function cliConfig(): CliConfig {
  const env = new ConfigReader(process.env)
  const processes = Math.min(4, availableParallelism())
  return {
    otlpUrl: env.optional('OTEL_EXPORTER_OTLP_ENDPOINT'),
    renderChildren: env.number('TIDEMARK_RENDER_PROCESSES', processes, { min: 1, max: 64 }),
    kubeconfig: env.optional('KUBECONFIG')?.split(':')[0],
    crashPoints: systemCrashPoints(env.optional('TIDEMARK_CRASH_AT')),
    snapshotEvents: readSnapshotEvents(env),
  }
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

/** The environment itself, for the configuration of services. */
export function environment(): Environment {
  return process.env
}
