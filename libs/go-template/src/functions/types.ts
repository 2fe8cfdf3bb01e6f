import { fixed, type GoFunction } from '../function.ts'
import { measure } from '../measure.ts'
import { kindName, typeName, type Value } from '../values.ts'
import { textOf } from './arguments.ts'
import { deepEqual } from './deep-equal.ts'

const ANY = 'interface {}'

/** Functions of sprig v3.3.0 that ask for types. */
export const typeFunctions: Readonly<Record<string, GoFunction>> = {
  typeOf: fixed([ANY], ([value]) => typeName(value)),
  typeIs: fixed(['string', ANY], ([name, value]) => textOf(name) === typeName(value)),
  typeIsLike: fixed(['string', ANY], ([name, value]) => isLike(textOf(name), value)),
  kindOf: fixed([ANY], ([value]) => kindName(value)),
  kindIs: fixed(['string', ANY], ([name, value]) => textOf(name) === kindName(value)),
  deepEqual: fixed([ANY, ANY], ([left, right], { budget }) => {
    measure(left, budget)
    measure(right, budget)
    return deepEqual(left, right)
  }),
}

function isLike(name: string, value: Value): boolean {
  const found = typeName(value)
  return name === found || `*${name}` === found
}
