import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT: string = join(import.meta.dirname, '..', '..')

/** A command of the docs, and where it stands. */
export interface Command {
  readonly place: string
  readonly text: string
}

/** The pages that people read first. */
export function pages(): readonly string[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  return ['README.md', ...docs.map((name) => `docs/${name}`)]
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** Every line of the `sh` blocks of a page. */
export function commandsOf(page: string): readonly Command[] {
  let isShell = false
  return readPage(page)
    .split('\n')
    .flatMap((line, index) => {
      if (line.startsWith('```')) isShell = !isShell && line === '```sh'
      else if (isShell && line.trim() !== '')
        return [{ place: `${page}:${index + 1}`, text: line.replace(/\s+#\s.*$/u, '').trim() }]
      return []
    })
}

/** The section of a page below a heading, to the next one. */
export function section(page: string, heading: string): readonly Command[] {
  const lines = readPage(page).split('\n')
  const from = lines.indexOf(heading) + 1
  const to = lines.findIndex((line, index) => index >= from && /^#+ /u.test(line)) + 1
  return commandsOf(page).filter(({ place }) => {
    const line = Number(place.split(':').at(-1))
    return line > from && (to === 0 || line < to)
  })
}
