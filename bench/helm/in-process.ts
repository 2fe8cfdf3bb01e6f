import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spreadOf } from '../spread.ts'

/** The program in `go/`: Helm's engine in a process that lives long. */
export class GoProgram implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-helm-'))
  readonly #isBuilt: boolean

  constructor() {
    cpSync(join(import.meta.dirname, 'go'), this.#folder, { recursive: true })
    const { status } = spawnSync('go', ['build', '-o', 'bench', '.'], { cwd: this.#folder })
    this.#isBuilt = status === 0
  }

  /** The median of warm renders of a chart, ms; nothing where Go or its modules cannot be had. */
  milliseconds(
    chart: string,
    rounds: readonly [warmUps: number, measured: number],
  ): number | undefined {
    if (!this.#isBuilt) return undefined
    const args = [chart, ...rounds.map(String)]
    const { status, stdout, stderr } = spawnSync(join(this.#folder, 'bench'), args, {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`Go cannot render ${chart}: ${stderr}`)
    return spreadOf(stdout.trim().split('\n').map(Number)).median
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }
}
