import { readFileSync } from 'node:fs'

/** An instruction of a container file, with its lines joined. */
export interface Instruction {
  readonly name: string
  readonly text: string
}

/** From one FROM to the next. */
export interface Stage {
  readonly base: string
  readonly alias: string | undefined
  readonly instructions: readonly Instruction[]
}

/** Reads the instructions of a container file. */
export function readContainerFile(path: string): readonly Stage[] {
  const lines = readFileSync(path, 'utf8')
    .replaceAll(/\\\n\s*/gu, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const instructions = lines.map((line): Instruction => {
    const [name = '', ...rest] = line.split(' ')
    return { name, text: rest.join(' ') }
  })
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []))
  return starts.map((start, at) => {
    const [base = '', , alias] = instructions[start]?.text.split(' ') ?? []
    return { base, alias, instructions: instructions.slice(start + 1, starts[at + 1]) }
  })
}

/** The value of the last instruction of this name. */
export function lastOf(stage: Stage, name: string): string | undefined {
  return stage.instructions.findLast((instruction) => instruction.name === name)?.text
}
