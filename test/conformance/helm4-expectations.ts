import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { maskLines } from './helm-case.ts'
import { asRecord } from './read-corpus.ts'

/** What the Helm 4 SDK gave for a case: lines of the oracle beside this file. */
export interface SdkAnswer {
  /** The first line alone: the name and version of the SDK. */
  readonly sdk?: string
  /** In base64. */
  readonly output?: string
  readonly maskLines?: readonly number[]
  readonly error?: string
}

/** The same in little room: an output by its digest, without its random lines. */
export type Expectation =
  | { readonly sha256: string; readonly maskLines?: readonly number[] }
  | { readonly error: string }

const FILE = join(import.meta.dirname, 'recorded/helm4.json')

export function expectationOf({ output = '', maskLines: masked, error }: SdkAnswer): Expectation {
  if (error !== undefined) return { error }
  const sha256 = digestOf(Buffer.from(output, 'base64').toString('latin1'), masked)
  return masked === undefined ? { sha256 } : { sha256, maskLines: masked }
}

/** The digest of an output in Go bytes, without its random lines. */
export function digestOf(output: string, masked: readonly number[] = []): string {
  return createHash('sha256')
    .update(maskLines(output, new Set(masked)))
    .digest('hex')
}

/** One line for each case, so that a change shows what it changes. */
export function writeExpectations(sdk: string, cases: ReadonlyMap<string, Expectation>): void {
  const lines = [...cases].map(
    ([id, expected]) => `    ${JSON.stringify(id)}: ${JSON.stringify(expected)}`,
  )
  writeFileSync(
    FILE,
    `{\n  "sdk": ${JSON.stringify(sdk)},\n  "cases": {\n${lines.join(',\n')}\n  }\n}\n`,
  )
}

export function readExpectations(): ReadonlyMap<string, Expectation> {
  const { cases } = asRecord(JSON.parse(readFileSync(FILE, 'utf8')))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `writeExpectations` wrote it.
  return new Map(Object.entries(asRecord(cases ?? {})) as [string, Expectation][])
}
