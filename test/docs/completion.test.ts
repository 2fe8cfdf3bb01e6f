// What `tidemark completion` prints, in the shells that it is for: those that are on this machine.
import { execFileSync } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { tidemark } from '../chart/render-chart.ts'
import { temporaryDir } from '../rig/components/child.ts'

const dir = temporaryDir('completion')
afterAll(() => dir.remove())

/** In the place of `tidemark`, which the scripts ask for the names of applications. */
const bin = join(dir.path, 'bin')
mkdirSync(bin)
writeFileSync(join(bin, 'tidemark'), '#!/bin/sh\nprintf "eu/shop us/mail "\n')
chmodSync(join(bin, 'tidemark'), 0o755)

interface Shell {
  readonly name: string
  /** A program that prints, one a line, what the last of the words is completed to. */
  readonly program: (script: string, words: readonly string[]) => readonly string[]
}

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    program: (script, words) => [
      '--norc',
      '-c',
      `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tidemark; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      ...words,
    ],
  },
  {
    name: 'zsh',
    program: (script, words) => ['-f', '-c', zshProgram(script, words)],
  },
  {
    name: 'fish',
    program: (script, words) => [
      '--no-config',
      '-c',
      `source ${script}; complete -C '${words.join(' ')}' | cut -f 1`,
    ],
  },
]

/** Types the words and a tab into a zsh of its own, and prints what is then on its screen. */
function zshProgram(script: string, words: readonly string[]): string {
  return `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; autoload -U compinit; compinit -u -D; source ${script}; bindkey "^I" complete-word; print REA""DY'
zpty -r z out '*READY*'
zpty -w -n z $'${words.join(' ')}\\t'
idle=0
while (( idle < 20 )); do
  if zpty -r -t z out; then print -rn -- "$out"; idle=0; else (( idle += 1 )); sleep 0.05; fi
done
zpty -d z`
}

const present = SHELLS.flatMap((shell) => {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const path = folders.map((folder) => join(folder, shell.name)).find(isProgram)
  return path === undefined ? [] : [{ ...shell, path }]
})

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

test('bash is there to be tested', () => {
  expect(present.map(({ name }) => name)).toContain('bash')
})

test.each(present)(
  '$name completes commands, options and names',
  ({ name, path, program }) => {
    const script = join(dir.path, `tidemark.${name}`)
    const printed = tidemark('completion', name)
    expect(printed.code).toBe(0)
    writeFileSync(script, `${printed.out}\n`)
    const complete = (...words: readonly string[]): readonly string[] => {
      const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }
      const args = program(script, words)
      const out = execFileSync(path, [...args], { env, encoding: 'utf8', timeout: 30_000 })
      return stripVTControlCharacters(out)
        .split(/\s+/u)
        .filter((word) => word !== '')
    }
    expect(complete('tidemark', 'rol')).toContain('rollback')
    expect(complete('tidemark', 'cluster', '')).toEqual(
      expect.arrayContaining(['add', 'check', 'list', 'remove']),
    )
    expect(complete('tidemark', 'cluster', 'remove', '--with')).toContain('--with-applications')
    expect(complete('tidemark', 'rollback', 'eu')).toContain('eu/shop')
    expect(complete('tidemark', 'parked', 're')).toContain('retry')
  },
  60_000,
)
