import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Readable, type Writable } from 'node:stream'
import { type GeneratedCase } from './generate-template.ts'

/** What a render gave: an output in base64, or an error. */
export interface Answer {
  readonly output?: string
  readonly error?: string
  /** Two renders of it differ. */
  readonly unstable?: boolean
}

/** Whether the oracle can be built here. */
export function hasGo(): boolean {
  return spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0
}

/** Whether it can be built without the network: what it is made of was fetched before. */
export function hasModules(): boolean {
  const listed = spawnSync('go', ['list', '-deps', '.'], {
    cwd: import.meta.dirname,
    env: { ...process.env, GOPROXY: 'off' },
    stdio: 'ignore',
  })
  return listed.status === 0
}

/** The engine of Helm, in a process of Go beside this one. */
export class TemplateOracle implements Disposable {
  readonly #folder: string
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #answers: AsyncGenerator<Answer, undefined>

  private constructor(folder: string) {
    this.#folder = folder
    this.#process = spawn(join(folder, 'oracle'), {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { TZ: 'UTC' }, // What "Local" is here.
    })
    this.#answers = answersOf(this.#process)
  }

  static build(): TemplateOracle {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-oracle-'))
    const built = spawnSync('go', ['build', '-o', join(folder, 'oracle'), '.'], {
      cwd: import.meta.dirname,
      // Else the heap starts elsewhere each time, and addresses have no common form.
      env: { ...process.env, GOEXPERIMENT: 'norandomizedheapbase64' },
      stdio: 'inherit',
    })
    if (built.status === 0) return new TemplateOracle(folder)
    rmSync(folder, { recursive: true })
    throw new Error(`cannot build the oracle: go build ended with ${built.status}`)
  }

  /** The answers to some templates, in their order. */
  async ask(cases: readonly GeneratedCase[]): Promise<readonly Answer[]> {
    this.#process.stdin.write(cases.map((asked) => `${JSON.stringify(asked)}\n`).join(''))
    const answers: Answer[] = []
    while (answers.length < cases.length) {
      const { value } = await this.#answers.next()
      if (value === undefined) throw new Error('the oracle ended')
      answers.push(value)
    }
    return answers
  }

  [Symbol.dispose](): void {
    this.#process.stdin.end()
    rmSync(this.#folder, { recursive: true })
  }
}

async function* answersOf({
  stdout,
}: ChildProcessByStdio<Writable, Readable, null>): AsyncGenerator<Answer, undefined> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The oracle beside this file wrote it.
  for await (const line of createInterface({ input: stdout })) yield JSON.parse(line) as Answer
  return undefined
}
