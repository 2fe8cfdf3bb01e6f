import type { Random } from '@tidemark/kernel'

const NAMES = ['a', 'b', 'c', 'd', 'e']
const KEYS = ['app', 'x/y', 'tier', 'example.com/on']
const TEXTS = [
  'v',
  'web',
  '1',
  'true',
  'null',
  '',
  'a b',
  '$(VAR)',
  '1.5',
  '0x1',
  'a:b',
  '- c',
  'two\nlines\n',
  '~',
  'yes',
  '2024-01-01',
  '#no',
  'é',
]
const IMAGES = ['nginx', 'reg:5000/app', 'busybox', 'a/b']
const KINDS = [
  'Deployment',
  'Service',
  'ConfigMap',
  'Secret',
  'StatefulSet',
  'Foo',
  'RoleBinding',
  'Ingress',
  'CronJob',
  'ServiceAccount',
]

/** Choices from a random source: few names, so that things meet. */
export class Dice {
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** A whole number below a bound. */
  number(below: number): number {
    return Math.floor(this.#random.fraction() * below)
  }

  chance(share: number): boolean {
    return this.#random.fraction() < share
  }

  pick<Value>(values: readonly [Value, ...Value[]] | readonly Value[]): Value {
    const value = values[this.number(values.length)]
    if (value === undefined) throw new Error('there is nothing to pick from')
    return value
  }

  some<Value>(min: number, max: number, make: (at: number) => Value): Value[] {
    return Array.from({ length: min + this.number(max - min + 1) }, (_, at) => make(at))
  }

  name(): string {
    return this.pick(NAMES)
  }

  key(): string {
    return this.pick(KEYS)
  }

  text(): string {
    return this.pick(TEXTS)
  }

  image(): string {
    return this.pick(IMAGES)
  }

  kind(): string {
    return this.pick(KINDS)
  }

  /** A value of any type. */
  value(): unknown {
    return this.pick<() => unknown>([
      () => this.text(),
      () => this.number(100),
      () => 1.5,
      () => true,
      () => [this.text()],
      () => ({ [this.key()]: this.text() }),
    ])()
  }
}
