import type { BucketSource } from '@tidemark/contracts'
import { assert, Secret } from '@tidemark/kernel'
import {
  Bucket,
  bucketRevision,
  FetchRefused,
  type BucketLogin,
  type BucketObject,
} from '@tidemark/oci'
import { FILE_BYTES_MAX, fluxIgnore, memoryTree } from '@tidemark/source-tree'
import type { FoundSecrets, Repositories } from '../ports.ts'
import { keepTree } from './keep-tree.ts'
import { textIn } from './source-secrets.ts'
import { webOptions, withinTimeout, type Look, type WebSourceParts } from './web-sources.ts'

const IGNORE_FILE = '.sourceignore'
const IGNORE_BYTES_MAX = 1024 * 1024
const FILES_MAX = 20_000 // Each of them is a request.
const BYTES_MAX = 256 * 1024 * 1024
const DOWNLOADS_MAX = 4

/** Buckets of S3, or of what speaks like it. */
export function buckets(parts: WebSourceParts): Repositories {
  return withinTimeout(parts.clock, (source, signal) => look(parts, source, signal))
}

async function look(
  parts: WebSourceParts,
  { declared, known, secrets }: Parameters<Look>[0],
  signal: AbortSignal,
): ReturnType<Look> {
  const { bucket: source } = declared
  assert(source !== undefined, 'a Bucket is declared as one')
  using bucket = openBucket(parts, source, secrets)
  const listed = await bucket.list(source.prefix, signal)
  const isIgnored = await rulesOf(bucket, source, signal)
  const objects = listed.filter(
    ({ key }) => !key.endsWith('/') && key !== IGNORE_FILE && !isIgnored(key, 'file'),
  )
  const revision = bucketRevision(objects)
  if (revision === known.revision && known.failing === undefined) return { kind: 'unchanged' }
  parts.crashPoints.at('fetcher.resolved')
  const tree = memoryTree(await download(bucket, objects, signal))
  const options = { rules: 'none', previousBlob: known.artifactBlob } as const
  const kept = await keepTree(parts.blobs, tree, options, signal)
  parts.crashPoints.at('fetcher.artifact-kept')
  return { kind: 'found', revision, ...kept, forced: false }
}

function openBucket(parts: WebSourceParts, source: BucketSource, secrets: FoundSecrets): Bucket {
  const { endpoint, bucketName, region, insecure } = source
  return new Bucket({
    ...webOptions(parts, secrets),
    endpoint,
    bucketName,
    region,
    insecure,
    login: loginOf(secrets),
    nowMs: () => parts.clock.now(), // A signature says when it was made.
  })
}

function loginOf(secrets: FoundSecrets): BucketLogin | undefined {
  const values = secrets.get('credentials')
  if (values === undefined) return undefined
  const [accessKey, secretKey] = [textIn(values, 'accesskey'), textIn(values, 'secretkey')]
  if (accessKey === undefined || secretKey === undefined)
    throw new FetchRefused(
      'SOURCE_AUTHENTICATION',
      'the Secret of spec.secretRef has not both accesskey and secretkey; give them',
    )
  return { accessKey: accessKey.trim(), secretKey: new Secret(secretKey.trim()) }
}

/** The rules of the file at the root of the bucket, also where a prefix is given, and of the object. */
async function rulesOf(
  bucket: Bucket,
  { ignore }: BucketSource,
  signal: AbortSignal,
): Promise<ReturnType<typeof fluxIgnore>> {
  const bytes = await bucket.object(IGNORE_FILE, IGNORE_BYTES_MAX, signal)
  const files =
    bytes === undefined ? [] : [{ folder: '', text: Buffer.from(bytes).toString('utf8') }]
  return fluxIgnore({ files, ...(ignore === undefined ? {} : { spec: ignore }) })
}

async function download(
  bucket: Bucket,
  objects: readonly BucketObject[],
  signal: AbortSignal,
): Promise<readonly (readonly [string, Uint8Array])[]> {
  const bytes = objects.reduce((sum, { size }) => sum + size, 0)
  if (objects.length > FILES_MAX || bytes > BYTES_MAX)
    throw new FetchRefused(
      'SOURCE_SIZE',
      `the bucket has ${objects.length} objects of ${bytes} bytes; at most ${FILES_MAX} and ${BYTES_MAX} are fetched: give spec.prefix or spec.ignore`,
    )
  const files: (readonly [string, Uint8Array])[] = []
  const waiting = [...objects]
  let total = 0
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const content = await bucket.object(next.key, FILE_BYTES_MAX, signal)
      // It has gone since it was listed: the next listing says so too.
      if (content === undefined) continue
      total += content.length
      if (total > BYTES_MAX)
        throw new FetchRefused('SOURCE_SIZE', `the bucket sends more than ${BYTES_MAX} bytes`)
      files.push([next.key, content])
    }
  }
  await Promise.all(Array.from({ length: DOWNLOADS_MAX }, work))
  return files
}
