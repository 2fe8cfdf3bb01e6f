import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'

interface Field {
  readonly number: number
  readonly type: string
  readonly label: string
  readonly jsonName: string
  readonly typeName?: string
  readonly oneofIndex?: number
  readonly proto3Optional?: boolean
}

interface Message {
  readonly name: string
  readonly field?: readonly Field[]
}

interface Enum {
  readonly name: string
  readonly value: readonly { readonly name: string }[]
}

const DEPTH_MAX = 6 // No message of ours nests deeper; one that holds itself ends here.

/** Messages of the contracts with every field filled, as protobuf's JSON, from their descriptors. */
export class SampleMessages {
  readonly #messages = new Map<string, Message>()
  readonly #enums = new Map<string, Enum>()

  constructor() {
    for (const file of descriptors()) {
      for (const message of file.messageType ?? []) this.#messages.set(message.name, message)
      for (const each of file.enumType ?? []) this.#enums.set(each.name, each)
    }
  }

  /** How many samples it takes until each choice of each `oneof` was there. */
  variants(name: string, depth = 0): number {
    const fields = this.#messages.get(name)?.field ?? []
    const choices = fields.filter((field) => isChoice(field)).length
    const inner = fields.flatMap(({ typeName }) =>
      typeName === undefined || depth === DEPTH_MAX ? [] : this.variants(bare(typeName), depth + 1),
    )
    return Math.max(1, choices, ...inner)
  }

  /** `variant` says which choice of a `oneof` is taken. */
  sample(name: string, variant: number, depth = 0): Record<string, unknown> {
    const fields = this.#messages.get(name)?.field ?? []
    const chosen = new Set(
      fields.filter((field) => !isChoice(field) || isTaken(field, fields, variant)),
    )
    const entries = [...chosen].map((field): [string, unknown] => {
      const one = (index: number): unknown => this.#value(field, { variant, index, depth })
      return [field.jsonName, field.label === 'LABEL_REPEATED' ? [one(1), one(2)] : one(0)]
    })
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  }

  #value(
    { type, typeName, jsonName, number }: Field,
    at: { readonly variant: number; readonly index: number; readonly depth: number },
  ): unknown {
    switch (type) {
      case 'TYPE_STRING':
        return `${jsonName}-${at.index}-é`
      case 'TYPE_BYTES':
        return Buffer.of(0, 1, 254, 255, at.index).toString('base64')
      case 'TYPE_BOOL':
        return true
      case 'TYPE_DOUBLE':
      case 'TYPE_FLOAT':
        return 0.5 + at.index
      case 'TYPE_UINT64':
      case 'TYPE_INT64':
        return String(9_007_199_254_740_993n + BigInt(number * 10 + at.index)) // Above what a double holds.
      case 'TYPE_ENUM':
        return this.#enums.get(bare(typeName ?? ''))?.value.at(-1)?.name
      case 'TYPE_MESSAGE':
        return at.depth === DEPTH_MAX
          ? undefined
          : this.sample(bare(typeName ?? ''), at.variant, at.depth + 1)
      default:
        return number * 1_000 + at.index
    }
  }
}

function isChoice({ oneofIndex, proto3Optional }: Field): boolean {
  return oneofIndex !== undefined && proto3Optional !== true
}

function isTaken(field: Field, fields: readonly Field[], variant: number): boolean {
  const choices = fields.filter((other) => isChoice(other) && other.oneofIndex === field.oneofIndex)
  return choices[variant % choices.length] === field
}

function bare(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf('.') + 1)
}

interface File {
  readonly messageType?: readonly Message[]
  readonly enumType?: readonly Enum[]
}

function descriptors(): readonly File[] {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-descriptors-'))
  const output = join(dir, 'descriptors.json')
  const root = join(import.meta.dirname, '..', '..')
  execFileSync(join(root, 'node_modules', '.bin', 'buf'), ['build', '-o', output], { cwd: root })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What `buf build` writes.
  const { file } = JSON.parse(readFileSync(output, 'utf8')) as { readonly file: readonly File[] }
  rmSync(dir, { recursive: true })
  return file
}
