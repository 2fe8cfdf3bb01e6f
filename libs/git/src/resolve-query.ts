import { assert, unreachable } from '@tidemark/kernel'
import { GitRefused } from './git-refused.ts'
import type { Resolution } from './git-source.ts'
import type { Commit } from './objects/commit.ts'
import type { GitObject } from './objects/git-object.ts'
import type { RefQuery } from './ref-query.ts'
import { bestVersions } from './best-versions.ts'
import type { Ref } from './transport/transport.ts'

/** What resolving needs of a repository. */
export interface Answers {
  readonly listRefs: (prefixes: readonly string[]) => Promise<readonly Ref[]>
  /** Only to order tags that are equal as versions. */
  readonly readCommit: (resolution: Resolution) => Promise<Commit>
  /** An object, where reading is free and no server peels tags for us. */
  readonly readObject: (oid: string) => Promise<GitObject | undefined>
}

const HEADS = 'refs/heads/'
const TAGS = 'refs/tags/'
const NAMED_MAX = 8 // As many names as a line of help can hold.
const PEEL_MAX = 10 // A tag of a tag exists; nobody has seen four.
const TIES_MAX = 16 // Builds of one version that are told apart by their time.

/** Turns a query into a commit and the revision that names it. */
export async function resolveQuery(query: RefQuery, answers: Answers): Promise<Resolution> {
  switch (query.kind) {
    case 'commit':
      return {
        revision: revisionOf(query.branch, query.commit),
        commit: query.commit,
        advertised: query.commit,
        ...(query.branch === undefined ? {} : { branch: query.branch }),
      }
    case 'ref': {
      const refs = await answers.listRefs([query.name])
      const ref = refs.find(({ name }) => name === query.name)
      if (ref === undefined) throw await missing(query.as, answers)
      return resolutionOf(query.label, ref, answers)
    }
    case 'semver':
      return resolveRange(query.range, answers)
    default:
      return unreachable(query)
  }
}

/** The highest tag in a range; of tags that are equal as versions, the one with the latest commit, as in Flux. */
async function resolveRange(range: string, answers: Answers): Promise<Resolution> {
  const refs = await answers.listRefs([TAGS])
  const tags = new Map(refs.map((ref) => [ref.name.slice(TAGS.length), ref]))
  const best = bestVersions(range, [...tags.keys()])
  if (best.length === 0) throw await missing(`tag in the range ${JSON.stringify(range)}`, answers)
  const candidates: Resolution[] = []
  for (const tag of best.slice(0, TIES_MAX)) {
    const ref = tags.get(tag)
    if (ref !== undefined) candidates.push(await resolutionOf(tag, ref, answers))
  }
  const latest = candidates.length === 1 ? candidates[0] : await latestOf(candidates, answers)
  assert(latest !== undefined, 'a tag that was chosen is one that was listed')
  return latest
}

async function latestOf(
  candidates: readonly Resolution[],
  answers: Answers,
): Promise<Resolution | undefined> {
  const dated: { readonly resolution: Resolution; readonly seconds: number }[] = []
  for (const resolution of candidates) {
    const { committer } = await answers.readCommit(resolution)
    dated.push({ resolution, seconds: committer.seconds })
  }
  return dated.toSorted((left, right) => left.seconds - right.seconds).at(-1)?.resolution
}

async function resolutionOf(label: string, ref: Ref, answers: Answers): Promise<Resolution> {
  const commit = ref.peeled ?? (await peel(ref.oid, answers))
  return {
    revision: revisionOf(label, commit),
    commit,
    advertised: ref.oid,
    ...(ref.name.startsWith(TAGS) ? { tagName: ref.name.slice(TAGS.length) } : {}),
  }
}

/** Follows tag objects to what they are of. */
async function peel(oid: string, { readObject }: Answers): Promise<string> {
  let current = oid
  for (let hops = 0; hops < PEEL_MAX; hops += 1) {
    const object = await readObject(current)
    if (object?.type !== 'tag') return current
    const target = /^object ([0-9a-f]{40})$/m.exec(Buffer.from(object.bytes).toString('latin1'))
    if (target?.[1] === undefined) break
    current = target[1]
  }
  throw new GitRefused('GIT_OBJECT', `the tag ${oid} leads nowhere; run git fsck on the server`)
}

function revisionOf(label: string | undefined, commit: string): string {
  return label === undefined ? `sha1:${commit}` : `${label}@sha1:${commit}`
}

/** Says what there is instead. */
async function missing(what: string, { listRefs }: Answers): Promise<GitRefused> {
  const refs = await listRefs([HEADS, TAGS])
  const branches = namesIn(refs, HEADS)
  const tags = namesIn(refs, TAGS)
  if (branches.length + tags.length === 0)
    return new GitRefused('SOURCE_EMPTY', 'the repository has no commit yet; push one')
  const wanted = what.startsWith('tag') ? tags : branches
  const kind = what.startsWith('tag') ? 'tags' : 'branches'
  const shown = wanted
    .slice(0, NAMED_MAX)
    .map((name) => JSON.stringify(name))
    .join(', ')
  const more = wanted.length > NAMED_MAX ? ` and ${wanted.length - NAMED_MAX} more` : ''
  const instead = shown === '' ? `it has no ${kind}` : `its ${kind} are ${shown}${more}`
  return new GitRefused(
    'SOURCE_REF_MISSING',
    `the repository has no ${what}; ${instead}. Push it, or correct spec.ref`,
  )
}

function namesIn(refs: readonly Ref[], prefix: string): readonly string[] {
  return refs
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
}
