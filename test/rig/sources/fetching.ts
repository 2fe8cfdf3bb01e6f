// The fetcher's way to look at sources, over blobs in memory: what a test asks of it, and what it finds.
import { SourceDeclared, type SecretRole } from '@tidemark/contracts'
import {
  openRepositories,
  type OpenRepositoriesOptions,
  type Repositories,
} from '@tidemark/fetcher'
import { EMBEDDED_POLICY } from '@tidemark/git'
import { noCrashPoints, Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { memoryTree, openArtifact, writeArchive } from '@tidemark/source-tree'
import { hash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { temporaryDir } from '../components/child.ts'

type LookedAt = Parameters<Repositories['observe']>[0]
export type Observation = Awaited<ReturnType<Repositories['observe']>>
type Declared = Parameters<typeof SourceDeclared.fromPartial>[0]

const ROLES = ['credentials', 'proxy', 'certificates', 'verification', 'trustedRoot'] as const

export interface Looking {
  readonly source: Declared
  /** What Secrets hold, by what they are for. */
  readonly secrets?: Partial<Record<SecretRole, Readonly<Record<string, string>>>>
  /** What was found before. */
  readonly before?: Observation
  readonly upstream?: LookedAt
  readonly timeoutMs?: number
}

export interface Fetching extends AsyncDisposable {
  look(looking: Looking): Promise<Observation>
  /** What a look gives as that in which a chart is. */
  upstream(looking: Looking): Promise<LookedAt>
  /** The files of what was found, as text by path. */
  files(observation: Observation): Promise<Readonly<Record<string, string>>>
}

export async function openFetching(
  options: Partial<Pick<OpenRepositoriesOptions, 'policy' | 'mirrors'>> = {},
): Promise<Fetching> {
  const dir = temporaryDir('fetching')
  const blobs = blobsInMemory()
  const repositories = await openRepositories({
    cacheDirectory: dir.path,
    policy: EMBEDDED_POLICY,
    blobs,
    clock: systemClock,
    random: systemRandom,
    crashPoints: noCrashPoints,
    ...options,
  })
  const signal = new AbortController().signal
  const look = async (looking: Looking): Promise<Observation> =>
    await repositories.observe(asked(looking), signal)
  return {
    look,
    upstream: async (looking) => asked({ ...looking, before: await look(looking) }),
    files: async (observation) => {
      if (observation.kind !== 'found') throw new Error(JSON.stringify(observation))
      const blob = observation.artifactBlob
      const tree = await openArtifact(
        { get: (name) => blobs.get(name), blob, content: 'files' },
        signal,
      )
      return Object.fromEntries(
        [...tree.entries()].map(({ path }) => [path, Buffer.from(tree.read(path)).toString()]),
      )
    },
    [Symbol.asyncDispose]: async () => {
      await repositories[Symbol.asyncDispose]()
      dir.remove()
    },
  }
}

function blobsInMemory(): OpenRepositoriesOptions['blobs'] {
  const blobs = new Map<string, Uint8Array>()
  return {
    put: (bytes) => {
      const name = hash('sha256', bytes)
      blobs.set(name, bytes)
      return Promise.resolve(name)
    },
    get: (name) => {
      const bytes = blobs.get(name)
      return bytes === undefined ? Promise.reject(new Error(`no ${name}`)) : Promise.resolve(bytes)
    },
  }
}

function asked({
  source,
  secrets = {},
  before,
  upstream,
  timeoutMs = 20_000,
}: Looking): LookedAt & {
  readonly upstream?: LookedAt
} {
  const found = before?.kind === 'found' ? before : undefined
  const values = ROLES.flatMap((role) => {
    const entries = secrets[role]
    if (entries === undefined) return []
    const bytes = Object.entries(entries).map(([key, text]) => [key, Buffer.from(text)] as const)
    return [[role, new Secret(new Map(bytes))] as const]
  })
  return {
    declared: SourceDeclared.fromPartial({ timeoutMs: BigInt(timeoutMs), ...source }),
    known: {
      sequence: found === undefined ? 0n : 1n,
      revision: found?.revision ?? '',
      artifactDigest: found?.artifactDigest ?? '',
      artifactBlob: found?.artifactBlob ?? '',
      failing: undefined,
      includes: [],
    },
    secrets: new Map(values),
    ...(upstream === undefined ? {} : { upstream }),
  }
}

/** A tar archive, gzipped, of texts by path. */
export function packed(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  return gzipSync(writeArchive(memoryTree(Object.entries(files))))
}

/** A chart as `helm package` makes it. */
export function packedChart(
  name: string,
  version: string,
  files: Readonly<Record<string, string>> = {},
): Uint8Array {
  const own = {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    'values.yaml': 'replicas: 1\n',
  }
  const all = Object.entries({ ...own, ...files })
  return packed(Object.fromEntries(all.map(([path, text]) => [`${name}/${path}`, text])))
}
