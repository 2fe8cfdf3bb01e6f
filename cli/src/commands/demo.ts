import { systemClock } from '@tidemark/kernel'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { connect, readServer } from '../client/api-client.ts'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { say, tell } from '../client/print.ts'
import { tellPush } from '../client/push-hook.ts'
import { SAMPLE_IDENTITY } from '../serve/sample-repository.ts'
import { beginFollowing } from './follow.ts'
import { choiceOf, type ServerOptions } from './options.ts'

const SETTINGS = 'apps/shop/base/settings.env'
const OVERLAY = 'apps/shop/overlays/eu/kustomization.yaml'

/** `tidemark demo change|break|revert|edit`. The plane is told as a Git server would tell it. */
export async function demo(what: string, options: ServerOptions): Promise<void> {
  if (options.server !== undefined)
    throw new CommandError(
      'demo works on the sample of tidemark up: name its --data-dir',
      EXIT.usage,
    )
  const repository = join(resolve(options.dataDir), 'sample.git')
  const there = await stat(repository).catch(() => undefined)
  if (there === undefined)
    throw new CommandError(
      `there is no sample repository in ${options.dataDir}: start it with tidemark up`,
      EXIT.notFound,
    )
  if (what === 'edit') return await (await import('./demo-edit.ts')).demoEdit(options)
  const server = await readServer(options.dataDir)
  if (server === undefined) {
    await commitOf(what, repository)
    return tell('nothing runs: the next tidemark up delivers it')
  }
  using api = await connect(choiceOf(options))
  const following = await beginFollowing(api, systemClock)
  const commit = await commitOf(what, repository)
  const secret = (await readFile(join(options.dataDir, 'keys', 'hook'), 'utf8')).trim()
  await tellPush({ hooks: server.hooks, secret, url: pathToFileURL(repository).href })
  await following.follow(commit)
}

async function commitOf(what: string, repository: string): Promise<string> {
  switch (what) {
    case 'change':
      return await change(repository)
    case 'break':
      return await breakOverlay(repository)
    default:
      return await revert(repository)
  }
}

/** Says hello in another way: another ConfigMap, and so new Pods, on every cluster. */
async function change(repository: string): Promise<string> {
  const text = await fileOf(repository, SETTINGS)
  const count = Number(/hello, visitor (\d+)/u.exec(text)?.[1] ?? 0) + 1
  const greeting = `GREETING=hello, visitor ${count}`
  const changed = /^GREETING=.*$/mu.test(text)
    ? text.replace(/^GREETING=.*$/mu, greeting)
    : `${greeting}\n${text}`
  return await commitFile(repository, { path: SETTINGS, text: changed }, `Greet visitor ${count}`)
}

/** Names a folder that is not there, as a slip of the fingers would. */
async function breakOverlay(repository: string): Promise<string> {
  const text = await fileOf(repository, OVERLAY)
  if (!text.includes('../../base'))
    throw new CommandError(`${OVERLAY} is broken already: tidemark demo revert`, EXIT.conflict)
  const changed = text.replace('../../base', '../../bsae')
  return await commitFile(repository, { path: OVERLAY, text: changed }, 'Tidy up the overlay of eu')
}

async function revert(repository: string): Promise<string> {
  const { revertNewest } = await import('@tidemark/git')
  const reverted = await revertNewest(repository, { identity: SAMPLE_IDENTITY, clock: systemClock })
  if (reverted === undefined)
    throw new CommandError(
      'the sample has its first commit alone: nothing to take back',
      EXIT.conflict,
    )
  say(`committed ${reverted.slice(0, 7)}: what the newest commit did is taken back`)
  return reverted
}

async function fileOf(repository: string, path: string): Promise<string> {
  const { readCommitted } = await import('@tidemark/git')
  const text = await readCommitted(repository, path)
  if (text === undefined)
    throw new CommandError(
      `${path} is no longer in the sample: tidemark demo revert`,
      EXIT.notFound,
    )
  return text
}

async function commitFile(
  repository: string,
  { path, text }: { readonly path: string; readonly text: string },
  message: string,
): Promise<string> {
  const { commitTo } = await import('@tidemark/git')
  const identity = SAMPLE_IDENTITY
  const id = await commitTo(repository, { [path]: text }, { message, identity, clock: systemClock })
  say(`committed ${id.slice(0, 7)}: ${message} (${path})`)
  return id
}
