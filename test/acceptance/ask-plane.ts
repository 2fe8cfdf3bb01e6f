// What a person asks of a plane that runs, by the real commands.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { LinkState, type Phase } from '@tidemark/contracts'
import type { Up } from '../rig/plane/embedded.ts'
import { eventually } from '../rig/plane/plane-api.ts'

const WAIT = 90_000
const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'src', 'main.ts')

/** What `tidemark why` prints. */
export async function why(up: Up, application: string): Promise<string> {
  return (await cli('why', application, '--data-dir', up.dataDir)).text
}

const MARKS = new Map<LinkState, string>([
  [LinkState.LINK_STATE_DONE, 'ok'],
  [LinkState.LINK_STATE_BROKEN, '!!'],
])

/** Asks what `tidemark why` asks until the answer has all of this, and gives it. */
export async function whyTells(
  up: Up,
  application: string,
  told: readonly RegExp[],
): Promise<string> {
  let text = ''
  const look = async (): Promise<string | undefined> => {
    const asked = up.api.call('explainApplication', { application })
    const { links } = await asked.catch((error: unknown) => {
      if (String(error).includes(' NOT_FOUND')) return { links: [] }
      throw error
    })
    text = links
      .map(({ stage, state, summary, detail, hint }) =>
        [`${MARKS.get(state) ?? '..'}  ${stage} ${summary}`, detail, `-> ${hint}`].join('\n'),
      )
      .join('\n')
    return told.every((words) => words.test(text)) ? undefined : text
  }
  await eventually(look, { ms: WAIT, what: `${told.map(String).join(', ')} from why` })
  return text
}

/** Waits until an application is in a phase that is wanted. */
export async function phase(
  up: Up,
  application: string,
  isWanted: (phase: Phase) => boolean,
): Promise<void> {
  await eventually(
    async () => {
      const view = await up.api.application(application)
      return view !== undefined && isWanted(view.phase)
        ? undefined
        : `phase ${view?.phase ?? 'none'}: ${view?.reason ?? ''} ${view?.message ?? ''}`
    },
    { ms: WAIT, what: `phase of ${application}` },
  )
}

/** Runs a command of the CLI to its end. */
export function cli(
  ...args: readonly string[]
): Promise<{ readonly code: number | string | null | undefined; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--conditions=source', MAIN, ...args],
      { timeout: WAIT },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, text: `${stdout}${stderr}` })
      },
    )
  })
}
