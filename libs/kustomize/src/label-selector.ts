import { KustomizeError } from './kustomize-error.ts'

/** Whether a set of labels is as a selector wants it. */
export type LabelSelector = (labels: ReadonlyMap<string, string>) => boolean

const NAME = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?'
const VALUE = '[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?'
const SET = new RegExp(`^(${NAME})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const EQUALITY = new RegExp(`^(${NAME})\\s*(==?|!=)\\s*(${VALUE})?$`)
const ORDER = new RegExp(`^(${NAME})\\s*([<>])\\s*([0-9]+)$`)
const EXISTS = new RegExp(`^(!?)\\s*(${NAME})$`)

/** Compiles a selector of Kubernetes: `a=b,c!=d,e in (f,g),!h`. The empty one wants nothing. @throws KustomizeError */
export function parseLabelSelector(selector: string): LabelSelector {
  if (selector.trim() === '') return () => true
  const requirements = splitRequirements(selector).map((part) =>
    parseRequirement(part.trim(), selector),
  )
  return (labels) => requirements.every((matches) => matches(labels))
}

/** At commas that are not inside parentheses. */
function splitRequirements(selector: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (const [at, char] of selector.split('').entries()) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (char !== ',' || depth > 0) continue
    parts.push(selector.slice(from, at))
    from = at + 1
  }
  return [...parts, selector.slice(from)]
}

function parseRequirement(text: string, selector: string): LabelSelector {
  const set = SET.exec(text)
  if (set !== null) {
    const [, name = '', operator, list = ''] = set
    const values = new Set(list.split(',').map((each) => each.trim()))
    if (operator === 'in') return (labels) => labels.has(name) && values.has(labels.get(name) ?? '')
    return (labels) => !values.has(labels.get(name) ?? '') || !labels.has(name)
  }
  const equality = EQUALITY.exec(text)
  if (equality !== null) {
    const [, name = '', operator, value = ''] = equality
    if (operator === '!=') return (labels) => labels.get(name) !== value
    return (labels) => labels.get(name) === value
  }
  const order = ORDER.exec(text)
  if (order !== null) {
    const [, name = '', operator, bound = ''] = order
    const isWithin = (value: number): boolean =>
      operator === '<' ? value < Number(bound) : value > Number(bound)
    return (labels) =>
      /^-?[0-9]+$/.test(labels.get(name) ?? '') && isWithin(Number(labels.get(name)))
  }
  const exists = EXISTS.exec(text)
  if (exists === null)
    throw new KustomizeError(
      'KUSTOMIZE_TARGET',
      `unable to parse requirement: ${JSON.stringify(text)}`,
      {
        hint: `in the selector ${JSON.stringify(selector)}; write a=b, a!=b, a in (b,c), a or !a`,
      },
    )
  const [, negated, name = ''] = exists
  return (labels) => labels.has(name) === (negated === '')
}
