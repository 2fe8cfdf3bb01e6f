import { type CallContext } from '../call-context.ts'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction, returningAny, variadic } from '../function.ts'
import {
  ANY_SLICE,
  appendedCapacity,
  compareBytes,
  GoBytes,
  GoSlice,
  isList,
  itemsOf,
  kindName,
  SLICE_OF_SLICES,
  type Value,
} from '../values.ts'
import { integerOf } from './arguments.ts'
import { sliced } from './builtin.ts'
import { toInt64, toText } from './cast.ts'
import { measure } from '../measure.ts'
import { deepEqual } from './deep-equal.ts'
import { isEmpty } from './emptiness.ts'
import { isTextList, toTexts } from './list-of-texts.ts'
import { textSlice } from './strings.ts'

const ANY = 'interface {}'
const NIL_POINTER = 'runtime error: invalid memory address or nil pointer dereference'
/** `uniq`, `without` and `has` compare each with each: this many comparisons are one step. */
const COMPARISONS_PER_STEP = 8

/** List functions of sprig v3.3.0. `must` variants differ only in how Go reports; here they are the same. */
export const listFunctions: Readonly<Record<string, GoFunction>> = {
  list: variadic([ANY], (args, { budget }) => made(args, budget)),
  tuple: variadic([ANY], (args, { budget }) => made(args, budget)),
  ...both(
    'append',
    fixed([ANY, ANY], ([list, item], { budget }) => pushed(list, item, budget)),
  ),
  ...both(
    'push',
    fixed([ANY, ANY], ([list, item], { budget }) => pushed(list, item, budget)),
  ),
  ...both(
    'prepend',
    fixed([ANY, ANY], ([list, item], { budget }) =>
      made([item, ...listOf(list, 'Cannot prepend on type')], budget),
    ),
  ),
  ...both(
    'first',
    returningAny(fixed([ANY], ([list]) => listOf(list, 'Cannot find first on type')[0] ?? null)),
  ),
  ...both(
    'last',
    returningAny(fixed([ANY], ([list]) => listOf(list, 'Cannot find last on type').at(-1) ?? null)),
  ),
  ...both(
    'rest',
    fixed([ANY], ([list], { budget }) => {
      const items = listOf(list, 'Cannot find rest on type')
      return items.length === 0 ? nothing() : made(items.slice(1), budget)
    }),
  ),
  ...both(
    'initial',
    fixed([ANY], ([list], { budget }) => {
      const items = listOf(list, 'Cannot find initial on type')
      return items.length === 0 ? nothing() : made(items.slice(0, -1), budget)
    }),
  ),
  ...both(
    'reverse',
    fixed([ANY], ([list], { budget }) =>
      made(listOf(list, 'Cannot find reverse on type').toReversed(), budget),
    ),
  ),
  ...both(
    'compact',
    fixed([ANY], ([list], { budget }) =>
      appended(
        listOf(list, 'Cannot compact on type').filter((item) => !isEmpty(item)),
        budget,
      ),
    ),
  ),
  ...both(
    'uniq',
    fixed([ANY], ([list], context) => {
      const items = listOf(list, 'Cannot find uniq on type')
      measure(list, context.budget)
      return unique(items, context)
    }),
  ),
  ...both(
    'without',
    variadic([ANY, ANY], ([list, ...omitted], { budget }) => {
      const items = listOf(list, 'Cannot find without on type')
      measure(list, budget)
      budget.step(Math.ceil((items.length * omitted.length) / COMPARISONS_PER_STEP))
      return appended(
        items.filter((item) => !omitted.some((one) => deepEqual(one, item))),
        budget,
      )
    }),
  ),
  ...both(
    'has',
    fixed([ANY, ANY], ([needle, list], { budget }) => {
      if (list === null || list === undefined) return false
      const items = listOf(list, 'Cannot find has on type')
      measure(list, budget)
      budget.step(Math.ceil(items.length / COMPARISONS_PER_STEP))
      return items.some((item) => deepEqual(needle, item))
    }),
  ),
  ...both('slice', returningAny(variadic([ANY, ANY], ([list, ...bounds]) => slice(list, bounds)))),
  ...both(
    'chunk',
    fixed(['int', ANY], ([size, list], { budget }) =>
      chunk(listOf(list, 'Cannot chunk type'), integerOf(size), budget),
    ),
  ),
  concat: returningAny(
    variadic([ANY], (lists, { budget }) => {
      const items = lists.flatMap((list) => listOf(list, 'Cannot concat type', ' as list'))
      return items.length === 0 && lists.length === 0 ? nothing() : concatenated(items, budget)
    }),
  ),
  sortAlpha: fixed([ANY], ([list], { budget }) => sortAlpha(list, budget)),
}

type Meter = CallContext['budget']

function both(name: string, called: GoFunction): Record<string, GoFunction> {
  return { [name]: called, [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`]: called }
}

function made(items: readonly Value[], budget: Meter): GoSlice {
  budget.list(items.length)
  return new GoSlice(items.map((item) => item ?? null))
}

/** What Go's `append` grew item by item has room up to the next power of two. */
function appended(items: Value[], budget: Meter): GoSlice {
  budget.list(items.length)
  return new GoSlice(items, ANY_SLICE, { capacity: appendedCapacity(items.length) })
}

function pushed(list: Value, item: Value, budget: Meter): GoSlice {
  const items = listOf(list, 'Cannot push on type')
  budget.list(items.length + 1)
  const capacity = Math.max(items.length * 2, items.length + 1)
  return new GoSlice([...items, item ?? null], ANY_SLICE, { capacity })
}

function concatenated(items: Value[], budget: Meter): GoSlice {
  if (items.length === 0) return nothing()
  return appended(items, budget)
}

function nothing(): GoSlice {
  return new GoSlice([], ANY_SLICE, { isNil: true })
}

function listOf(value: Value, problem: string, after = ''): readonly Value[] {
  if (value === null || value === undefined) throw new FunctionError(NIL_POINTER)
  if (!isList(value)) throw new FunctionError(`${problem} ${kindName(value)}${after}`)
  return itemsOf(value)
}

function unique(items: readonly Value[], { budget }: CallContext): GoSlice {
  const texts = new Set<string>()
  const found: Value[] = []
  for (const item of items) {
    if (typeof item === 'string') {
      if (texts.has(item)) continue
      texts.add(item)
    } else {
      budget.step(Math.ceil((found.length - texts.size) / COMPARISONS_PER_STEP))
      if (found.some((known) => typeof known !== 'string' && deepEqual(item, known))) continue
    }
    found.push(item)
  }
  return appended(found, budget)
}

function slice(list: Value, bounds: readonly Value[]): Value {
  const items = listOf(list, 'list should be type of slice or array but')
  if (items.length === 0) return null
  const from = bounds.length > 0 ? Number(toInt64(bounds[0])) : 0
  const to = bounds.length < 2 ? items.length : Number(toInt64(bounds[1]))
  const end = list instanceof GoSlice ? list.capacity : items.length
  if (from < 0 || to < from || to > end)
    throw new FunctionError('reflect.Value.Slice: slice index out of bounds')
  return list instanceof GoBytes
    ? new GoBytes(list.data.slice(from, to))
    : sliced(list instanceof GoSlice ? list : new GoSlice([...items]), { from, to, end })
}

function chunk(items: readonly Value[], size: number, budget: Meter): GoSlice {
  const count = Math.floor((items.length - 1) / size) + 1
  const isOne = items.length === 1 && size < -1
  if (!Number.isFinite(count) || count < 0 || (count > 0 && size < 0 && !isOne))
    throw new FunctionError('runtime error: makeslice: len out of range')
  budget.list(items.length)
  const chunks = Array.from(
    { length: count },
    (_, index) => new GoSlice(isOne ? [...items] : items.slice(index * size, (index + 1) * size)),
  )
  return new GoSlice(chunks, SLICE_OF_SLICES)
}

/** Sorts by bytes; a `[]string` in place, as sprig does. */
function sortAlpha(list: Value, budget: Meter): GoSlice {
  if (!isList(list)) return textSlice([toText(list)])
  budget.step(2 * itemsOf(list).length)
  if (isTextList(list)) {
    list.items.sort((left, right) => compareBytes(toText(left), toText(right)))
    return list
  }
  const texts = toTexts(list)
  // oxlint-disable-next-line unicorn/no-array-sort -- The array is new.
  return textSlice(texts.sort(compareBytes))
}
