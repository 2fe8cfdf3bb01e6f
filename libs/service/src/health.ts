/** Whether a part of a service can do its work now. */
export interface Check {
  readonly name: string
  /** Resolves with what is wrong, or with `undefined` where all is well. MUST end within a second. */
  readonly run: () => Promise<string | undefined>
}

export interface CheckResult {
  readonly name: string
  readonly problem: string | undefined
}

/** Runs all checks side by side. One that throws is a problem, never a crash. */
export function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => {
      try {
        return { name, problem: await run() }
      } catch (error) {
        return { name, problem: error instanceof Error ? error.message : String(error) }
      }
    }),
  )
}

/** The text of `/readyz?verbose`, as Kubernetes' own components print it. */
export function describeChecks(results: readonly CheckResult[]): string {
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
  )
  const good = results.every(({ problem }) => problem === undefined)
  return [...lines, good ? 'readyz check passed' : 'readyz check failed', ''].join('\n')
}
