import { markedMessage } from '@tidemark/go-template'
import { type FlavourRules } from '../flavour.ts'

/** What `fail` and `required` say stands alone; everything else is told whole, Helm 4 tells it level by level. */
export function executionMessage(
  name: string,
  error: Error,
  style: FlavourRules['executionErrors'],
): string {
  const { message } = error
  const first = message.indexOf(': ')
  const second = message.indexOf(': ', first + 2)
  if (first === -1 || second === -1) return `execution error in (${name}): ${message}`
  const marked = markedMessage(message.slice(second + 2))
  if (marked !== undefined)
    return `execution error at (${message.slice(first + 2, second)}): ${marked}`
  return style === 'one-line' ? message : (eachLevel(error) ?? message)
}

/** Nothing where a function failed: what it said is no error of a template, and all stands as it is. */
function eachLevel(error: Error): string | undefined {
  const levels: string[] = []
  for (let current: unknown = error; current !== undefined;) {
    const level = current instanceof Error ? levelOf(current.message) : undefined
    if (level === undefined || !(current instanceof Error)) return undefined
    if (levels.at(-1) !== level) levels.push(level)
    current = current.cause
  }
  return levels.join('').trim()
}

function levelOf(message: string): string | undefined {
  if (!message.startsWith('template: ')) return undefined
  const rest = message.slice('template: '.length)
  if (rest.startsWith('no template ')) return `${message}\n`
  return levelOfCall(rest) ?? levelOfProblem(rest)
}

/** `FILE:LINE:COLUMN: executing "NAME" at <CODE>: PROBLEM`. */
function levelOfCall(rest: string): string | undefined {
  const executing = rest.indexOf(': executing ')
  const called = /^"([^"]*)" at </.exec(rest.slice(executing + ': executing '.length))
  if (executing === -1 || called === null) return undefined
  const start = executing + ': executing '.length + called[0].length
  const end = rest.indexOf('>: ', start)
  if (end === -1) return undefined
  const code = rest.slice(start, end)
  const problem = withoutNext(rest.slice(end + '>: '.length))
  return `${rest.slice(0, executing)}\n  executing "${called[1]}" at <${code}>:\n    ${problem}\n`
}

function levelOfProblem(rest: string): string | undefined {
  const end = rest.lastIndexOf(': ')
  if (end === -1) return undefined
  return `${rest.slice(0, end)}\n  ${withoutNext(rest.slice(end + 2))}\n`
}

function withoutNext(problem: string): string {
  const next = problem.indexOf(' template:')
  return next === -1 ? problem : problem.slice(0, next)
}
