import { assert } from '@tidemark/kernel'

/** Whether a subject matches a NATS pattern: `*` is exactly one token, `>` at the end one or more. */
export function subjectMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.')
  const given = subject.split('.')
  for (const [at, token] of wanted.entries()) {
    if (token === '>') return at === wanted.length - 1 && given.length > at
    if (at >= given.length || (token !== '*' && token !== given[at])) return false
  }
  return wanted.length === given.length
}

/** Subjects are built by our own code, so a bad one is our own mistake. */
export function assertSubject(subject: string): void {
  assert(
    subject.split('.').every((token) => /^[^\s*>]+$/.test(token)),
    `${JSON.stringify(subject)} is not a subject`,
  )
}
