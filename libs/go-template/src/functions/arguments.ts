import { assert } from '@tidemark/kernel'
import { GoInteger, GoMap, GoSlice, type Value } from '../values.ts'

// The engine has checked each argument against the type of its parameter before a function is called;
// these say so to the compiler.

export function textOf(value: Value): string {
  assert(typeof value === 'string', 'the engine gives a string where one is declared')
  return value
}

export function booleanOf(value: Value): boolean {
  assert(typeof value === 'boolean', 'the engine gives a bool where one is declared')
  return value
}

export function floatOf(value: Value): number {
  assert(typeof value === 'number', 'the engine gives a float64 where one is declared')
  return value
}

/** An integer as a number: beyond 2^53 it is only used where any bound refuses it anyway. */
export function integerOf(value: Value): number {
  assert(value instanceof GoInteger, 'the engine gives an integer where one is declared')
  return Number(value.value)
}

/** The same with all its digits. */
export function wholeOf(value: Value): bigint {
  assert(value instanceof GoInteger, 'the engine gives an integer where one is declared')
  return value.value
}

export function mapOf(value: Value): GoMap {
  assert(value instanceof GoMap, 'the engine gives a map where one is declared')
  return value
}

export function sliceOf(value: Value): GoSlice {
  assert(value instanceof GoSlice, 'the engine gives a slice where one is declared')
  return value
}
