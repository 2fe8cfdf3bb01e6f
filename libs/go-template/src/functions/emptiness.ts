import { fixed, type GoFunction, returningAny, variadic } from '../function.ts'
import { isTrue } from '../truth.ts'
import { isObject, type Value } from '../values.ts'
import { booleanOf } from './arguments.ts'

const ANY = 'interface {}'

/** `empty` of sprig: zero, nothing, false, or a list or map without anything in it. */
export function isEmpty(value: Value): boolean {
  return isObject(value) ? false : !isTrue(value)
}

/** Functions of sprig v3.3.0 that choose by emptiness. */
export const emptinessFunctions: Readonly<Record<string, GoFunction>> = {
  default: returningAny(
    variadic([ANY, ANY], ([standard, ...given]) =>
      given.length === 0 || isEmpty(given[0]) ? standard : given[0],
    ),
  ),
  empty: fixed([ANY], ([value]) => isEmpty(value)),
  coalesce: returningAny(variadic([ANY], (args) => args.find((arg) => !isEmpty(arg)) ?? null)),
  all: variadic([ANY], (args) => args.every((arg) => !isEmpty(arg))),
  any: variadic([ANY], (args) => args.some((arg) => !isEmpty(arg))),
  ternary: returningAny(
    fixed([ANY, ANY, 'bool'], ([yes, no, condition]) => (booleanOf(condition) ? yes : no)),
  ),
}
