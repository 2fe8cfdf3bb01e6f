/**
 * One token of a NATS subject. `_` for an empty text; what a token cannot hold (dots, wildcards, spaces,
 * control characters) becomes `~`, which no Kubernetes name and no id of ours holds.
 */
export function token(text: string): string {
  if (text === '') return '_'
  // oxlint-disable-next-line no-control-regex -- A subject token may hold none of them.
  return text.replaceAll(/[.*>\s\u0000-\u001F~]/gu, '~')
}
