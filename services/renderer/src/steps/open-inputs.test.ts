import { expect, test } from 'vitest'
import { maskerOf } from './open-inputs.ts'

const password = { password: Buffer.from('heron-of-the-north') }
const of = (kind: 'Secret' | 'ConfigMap') => ({
  kind,
  namespace: 'shop',
  name: 'login',
  values: new Map(Object.entries(password)),
})

test('a value of a Secret is masked in what is told, one of a ConfigMap is not', () => {
  const told = 'line 3: "heron-of-the-north" is no number'
  expect(maskerOf([of('Secret')]).mask(told)).toBe('line 3: "[secret]" is no number')
  expect(maskerOf([of('ConfigMap')]).mask(told)).toBe(told)
})
