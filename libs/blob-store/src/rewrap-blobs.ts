import { type Keyring } from '@tidemark/sealing'
import { type StoredBlobs } from './raw-blobs.ts'

const PAGE = 256 // Names at once: small enough to stop between pages, large enough not to matter.

/**
 * Wraps the data key of each blob with the newest key; the encrypted bytes stay as they are. It may stop
 * and begin again anywhere. Gives how many were rewrapped; those that cannot be opened are told to
 * `onFailure` and left alone.
 */
export async function rewrapBlobs(
  stored: StoredBlobs,
  keyring: Keyring,
  options: {
    readonly onFailure: (name: string, error: unknown) => void
    readonly signal?: AbortSignal
  },
): Promise<number> {
  let rewrapped = 0
  let after = ''
  for (;;) {
    const names = await stored.list({ after, limit: PAGE })
    for (const name of names) {
      options.signal?.throwIfAborted()
      if (await rewrapOne(stored, keyring, name).catch(failed(name, options.onFailure))) {
        rewrapped += 1
      }
    }
    const last = names.at(-1)
    if (last === undefined || names.length < PAGE) return rewrapped
    after = last
  }
}

async function rewrapOne(stored: StoredBlobs, keyring: Keyring, name: string): Promise<boolean> {
  const sealed = await stored.read(name)
  if (sealed === undefined) return false
  const bytes = keyring.rewrap(sealed)
  if (bytes === sealed) return false
  await stored.replace({ name, bytes })
  return true
}

function failed(
  name: string,
  onFailure: (name: string, error: unknown) => void,
): (error: unknown) => false {
  return (error) => {
    onFailure(name, error)
    return false
  }
}
