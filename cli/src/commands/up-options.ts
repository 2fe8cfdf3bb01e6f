import { CommandError, EXIT } from '../client/exit-codes.ts'

/** The options of `tidemark up`, as they are typed. */
export interface UpOptions {
  readonly repo?: string
  readonly path: string
  readonly branch: string
  readonly context: readonly string[]
  readonly kubeconfig?: string
  readonly gitUsername?: string
  readonly gitPasswordFile?: string
  readonly gitTokenFile?: string
  readonly gitCaFile?: string
  readonly interval: string
  readonly mirror: readonly string[]
  readonly dataDir: string
  readonly port?: number
  readonly exitWhenReady?: boolean
  readonly timeout: string
  readonly log: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

export interface ContextChoice {
  readonly context: string
  readonly cluster: string
}

/** `CTX=NAME`, or `CTX` for a cluster of the same name. */
export function readContexts(texts: readonly string[]): readonly ContextChoice[] {
  return texts.map((text) => {
    const at = text.lastIndexOf('=')
    const context = at === -1 ? text : text.slice(0, at)
    const cluster = at === -1 ? text : text.slice(at + 1)
    if (context === '' || cluster === '')
      throw new CommandError(
        `--context ${text}: write CONTEXT=CLUSTER, such as prod-eu=prod`,
        EXIT.usage,
      )
    return { context, cluster }
  })
}

/** Milliseconds of `30s`, `5m`, `1h30m`. */
export function readDuration(text: string, option: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/u.test(text))
    throw new CommandError(
      `${option} ${text}: write a duration such as 30s, 5m or 1h30m`,
      EXIT.usage,
    )
  let total = 0
  for (const [, number, unit = ''] of text.matchAll(/([\d.]+)(ms|s|m|h)/gu))
    total += Number(number) * (units[unit] ?? 0)
  return total
}
