import type { Command } from 'commander'
import type { ServerChoice } from '../client/api-client.ts'
import type { OutputForm } from '../client/print.ts'

export interface ServerOptions {
  readonly server?: string
  readonly tokenFile?: string
  readonly caFile?: string
  readonly dataDir: string
}

export interface OutputOptions extends ServerOptions {
  readonly output: OutputForm
}

/** The options by which a command finds its server. */
export function withServer(command: Command): Command {
  return command
    .option('--server <host:port>', 'the control plane; else the one that runs on --data-dir')
    .option('--token-file <file>', 'the file with your token, for --server')
    .option('--ca-file <file>', 'the certificate authority of --server')
    .option('--data-dir <folder>', 'the state of tidemark up', './.tidemark')
}

/** The same, and how to print. */
export function withOutput(command: Command): Command {
  return withServer(command).option('-o, --output <form>', 'table, wide, json or name', 'table')
}

export function choiceOf({ server, tokenFile, caFile, dataDir }: ServerOptions): ServerChoice {
  return { server, tokenFile, caFile, dataDir }
}
