import type { Flavour } from '../flavour.ts'
import { YamlError } from '../yaml-error.ts'
import type { Place } from './token.ts'

interface Circumstances {
  readonly flavour: Flavour
  /** Where the construct started that could not be read. */
  readonly context: Place
  readonly place: Place
  /** Go's parser names a line too few: 0 for errors of the parser, 1 for errors of the scanner. */
  readonly ahead: 0 | 1
}

/**
 * Our message names the exact place. Go's names one line: that of the problem in v2, that of the context in v3, the
 * other one if that is the first line, and none if both are.
 */
export function syntaxError(
  problem: string,
  { flavour, context, place, ahead }: Circumstances,
): YamlError {
  const [first, second] =
    flavour === 'yaml2' ? [place.line, context.line] : [context.line, place.line]
  const line = first === 0 ? second : first
  const isContextOfV2 = flavour === 'yaml2' && first === 0
  const where = line === 0 ? '' : `line ${line + (isContextOfV2 ? 0 : ahead)}: `
  return new YamlError('YAML_SYNTAX', `${problem} at ${place.line + 1}:${place.column + 1}`, {
    position: { line: place.line + 1, column: place.column + 1 },
    upstream: `yaml: ${where}${problem}`,
  })
}
