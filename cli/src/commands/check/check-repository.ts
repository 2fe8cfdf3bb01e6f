import { systemClock, systemRandom, Secret } from '@tidemark/kernel'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { GitCredentials } from '@tidemark/git'
import { environment } from '../../config.ts'
import { readProxies } from '../../serve/platform-config.ts'
import type { Finding } from '../../client/findings.ts'
import { shortRevision } from '../../client/print.ts'

const LOOK_MS_MAX = 30_000

export interface RepositoryChoice {
  readonly repo: string
  readonly branch: string
  readonly gitUsername?: string
  readonly gitPasswordFile?: string
  readonly gitTokenFile?: string
  readonly gitCaFile?: string
}

/** Whether a repository can be read, by the same code that the fetcher reads it with. */
export async function checkRepository(choice: RepositoryChoice): Promise<Finding> {
  const { repo, branch } = choice
  const { EMBEDDED_POLICY, openGit, redactUrl } = await import('@tidemark/git')
  const url = /^\w+:\/\//u.test(repo) ? repo : pathToFileURL(repo).href
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'tidemark-check-'))
  try {
    await using git = await openGit({
      cacheDirectory,
      clock: systemClock,
      random: systemRandom,
      proxies: readProxies(environment()),
    })
    const credentials = await credentialsOf(choice)
    await using source = await git.open({ url, policy: EMBEDDED_POLICY, credentials })
    using limit = systemClock.deadline(LOOK_MS_MAX)
    const { revision } = await source.resolve({ branch }, limit.signal)
    const message = `${redactUrl(url)} is read, at ${shortRevision(revision)} (by ${git.engine})`
    return { check: 'repository', result: 'ok', message }
  } catch (error) {
    return {
      check: 'repository',
      result: 'bad',
      message: error instanceof Error ? error.message : String(error),
      hint: 'look at --repo and --branch, and show who you are with --git-token-file, or --git-username and --git-password-file',
    }
  } finally {
    await rm(cacheDirectory, { recursive: true, force: true })
  }
}

async function credentialsOf({
  gitUsername,
  gitPasswordFile,
  gitTokenFile,
  gitCaFile,
}: RepositoryChoice): Promise<GitCredentials> {
  const [password, token, authority] = await Promise.all(
    [gitPasswordFile, gitTokenFile, gitCaFile].map(textOf),
  )
  const bearer = token === undefined ? {} : bearerOf(token)
  const basic =
    gitUsername === undefined
      ? {}
      : {
          login: {
            kind: 'basic',
            username: gitUsername,
            password: new Secret(password ?? ''),
          } as const,
        }
  return {
    ...bearer,
    ...basic,
    ...(authority === undefined ? {} : { certificateAuthority: authority }),
  }
}

function bearerOf(token: string): GitCredentials {
  return { login: { kind: 'bearer', token: new Secret(token) } }
}

async function textOf(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim()
}
