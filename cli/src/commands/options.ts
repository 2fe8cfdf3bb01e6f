import { InvalidArgumentError, type Command } from 'commander'
import type { ServerChoice } from '../client/api-client.ts'
import { JsonPathRefused, parseJsonPath } from '../client/json-path.ts'
import type { Output } from '../client/print.ts'

export interface ServerOptions {
  readonly server?: string
  readonly tokenFile?: string
  readonly caFile?: string
  readonly dataDir: string
}

export interface OutputOptions extends ServerOptions {
  readonly output: Output
}

/** The options by which a command finds its server. */
export function withServer(command: Command): Command {
  return command
    .option('--server <host:port>', 'the control plane; else the one that runs on --data-dir')
    .option('--token-file <file>', 'the file with your token, for --server')
    .option('--ca-file <file>', 'the certificate authority of --server')
    .option('--data-dir <folder>', 'the state of tidemark up', './.tidemark')
}

const TABLE: Output = { kind: 'table' }

/** The same, and how to print. */
export function withOutput(command: Command): Command {
  return withForm(withServer(command))
}

/** How to print. */
export function withForm(command: Command): Command {
  return command.option(
    '-o, --output <form>',
    'table, wide, json, yaml, name or jsonpath=TEMPLATE (default: "table")',
    readOutput,
    TABLE,
  )
}

/** Examples below the help of a command. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText(
    'after',
    `\nExamples:\n${lines.map((line) => `  tidemark ${line}`).join('\n')}`,
  )
}

export function choiceOf({ server, tokenFile, caFile, dataDir }: ServerOptions): ServerChoice {
  return { server, tokenFile, caFile, dataDir }
}

/** A whole number from 0; for positions, counts and numbers of releases. */
export function readCount(text: string): number {
  if (!/^\d{1,15}$/u.test(text)) throw new InvalidArgumentError('Write a whole number.')
  return Number(text)
}

/** An option that may be repeated. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function readOutput(text: string): Output {
  switch (text) {
    case 'table':
    case 'wide':
    case 'json':
    case 'yaml':
    case 'name':
      return { kind: text }
    default:
      return readTemplate(text)
  }
}

function readTemplate(text: string): Output {
  if (!text.startsWith('jsonpath='))
    throw new InvalidArgumentError('It is table, wide, json, yaml, name or jsonpath=TEMPLATE.')
  try {
    return { kind: 'jsonpath', path: parseJsonPath(text.slice('jsonpath='.length)) }
  } catch (error) {
    if (error instanceof JsonPathRefused) throw new InvalidArgumentError(error.message)
    throw error
  }
}
