import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { fromBytes, toBytes } from '../byte-string.ts'
import { TemplateError } from '../errors.ts'
import { executeTemplate } from '../execute.ts'
import { freshValues } from '../generated-values.ts'
import { helmFunctions } from '../helm-functions.ts'
import { TemplateSet } from '../template-set.ts'
import { GoMap } from '../values.ts'

/** What the template `t` gives over nothing: its output, or the message of its error. */
export function evaluate(text: string): string {
  try {
    const set = new TemplateSet({ functions: helmFunctions, missingKey: 'zero' })
    set.parse({ name: 't', text: toBytes(text) })
    const generated = freshValues({ random: seededRandom(1), clock: systemClock })
    const output = executeTemplate(set, 't', new GoMap(), { generated })
    return fromBytes(output).replaceAll('<no value>', '')
  } catch (error) {
    if (error instanceof TemplateError) return fromBytes(error.message)
    throw error
  }
}
