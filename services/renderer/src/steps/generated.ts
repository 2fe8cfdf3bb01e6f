import type { GeneratedEntry } from '@tidemark/go-template'
import type { Blobs } from '@tidemark/service'
import { assert } from '@tidemark/kernel'

/**
 * What charts generated, as the text of a blob, which the store seals; nothing where they generated nothing. The same entries
 * give the same text.
 */
export function packGenerated(entries: readonly GeneratedEntry[]): string | undefined {
  if (entries.length === 0) return undefined
  return JSON.stringify(
    entries.map(({ template, function: name, argumentsDigest, ordinal, value }) => [
      template,
      name,
      argumentsDigest,
      ordinal,
      value,
    ]),
  )
}

/** What `packGenerated` kept, by the name of its blob; nothing for an empty name. */
export async function openGenerated(
  blobs: Pick<Blobs, 'get'>,
  name: string,
  signal: AbortSignal,
): Promise<readonly GeneratedEntry[]> {
  if (name === '') return []
  const rows: unknown = JSON.parse(Buffer.from(await blobs.get(name, signal)).toString('utf8'))
  assert(Array.isArray(rows), 'generated values are a list')
  return rows.map((row: unknown) => {
    const [template, called, argumentsDigest, ordinal, value]: readonly unknown[] = Array.isArray(
      row,
    )
      ? row
      : []
    assert(
      typeof template === 'string' &&
        typeof called === 'string' &&
        typeof argumentsDigest === 'string' &&
        typeof ordinal === 'number' &&
        typeof value === 'string',
      'a generated value has the fields that it was kept with',
    )
    return { template, function: called, argumentsDigest, ordinal, value }
  })
}
