import { GitRefused, SourceUnavailable } from '../git-refused.ts'

const TEXT_CHARS_MAX = 200 // A sentence; a server that writes more is not explaining.
// oxlint-disable-next-line no-control-regex -- What may drive a terminal is what is taken out.
const TERMINAL = /[\u0000-\u001f\u007f-\u009f]+/g
const NOT_FOUND = /not found|does not exist|no such repository|not appear to be a git/i
const NO_COMMIT = /not our ref|unadvertised object|no such remote ref|not a valid object/i

/**
 * What a server said in words, as an error: shortened, printable, and with our secrets masked, because a
 * server knows them and might send them back.
 */
export function serverText(text: string, secrets: readonly string[]): Error {
  const shown = quote(text, secrets)
  if (NO_COMMIT.test(text))
    return new GitRefused(
      'SOURCE_REF_MISSING',
      `the server does not give out that commit: ${shown}; give the branch that it is on beside ref.commit`,
    )
  if (NOT_FOUND.test(text))
    return new GitRefused('SOURCE_NOT_FOUND', `there is no such repository: ${shown}`)
  return new SourceUnavailable(`the server gives up: ${shown}`)
}

function quote(text: string, secrets: readonly string[]): string {
  let masked = text
  for (const secret of secrets) masked = masked.replaceAll(secret, '[secret]')
  const printable = masked.replace(TERMINAL, ' ').trim()
  return JSON.stringify(printable.slice(0, TEXT_CHARS_MAX))
}
