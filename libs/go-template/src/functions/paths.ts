import { fixed, type GoFunction } from '../function.ts'
import { textOf } from './arguments.ts'

const clean = fixed(['string'], ([path]) => cleanPath(textOf(path)))
const dir = fixed(['string'], ([path]) => directoryOf(textOf(path)))
const ext = fixed(['string'], ([path]) => extensionOf(textOf(path)))
const base = fixed(['string'], ([path]) => baseOf(textOf(path)))
const isAbs = fixed(['string'], ([path]) => textOf(path).startsWith('/'))

/** Path functions of sprig v3.3.0; those of the operating system are Unix's. */
export const pathFunctions: Readonly<Record<string, GoFunction>> = {
  base,
  dir,
  clean,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: clean,
  osExt: ext,
  osIsAbs: isAbs,
}

/** `path.Clean` of Go. */
export function cleanPath(path: string): string {
  const isRooted = path.startsWith('/')
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') kept.push(part)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!isRooted) kept.push('..')
  }
  const joined = (isRooted ? '/' : '') + kept.join('/')
  return joined === '' ? '.' : joined
}

/** `path.Base` of Go. */
export function baseOf(path: string): string {
  if (path === '') return '.'
  let end = path.length
  while (end > 0 && path[end - 1] === '/') end -= 1
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end)
}

function directoryOf(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1))
}

function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot === -1 ? '' : name.slice(dot)
}
