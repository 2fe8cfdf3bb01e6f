import { build, type Files, type Overlay } from './overlays.ts'

/** A line that is added to the kustomization of an overlay: a usual one, or the one that changes most. */
export type Change = 'usual' | 'worst'

/** Whether an overlay stands on another folder; what lists only files of its own is no overlay of anything. */
export function standsOnBase({ path }: Overlay, files: Files): boolean {
  const folders = new Set(files.map(([place]) => place.slice(0, place.lastIndexOf('/'))))
  const leaf = path === '' ? '' : `${path}/`
  return files
    .filter(([place]) => isKustomization(place.slice(leaf.length)) && place.startsWith(leaf))
    .some(([, content]) =>
      'link' in content
        ? false
        : [
            ...Buffer.from(content)
              .toString()
              .matchAll(/^ *- +(\S+)$/gmu),
          ].some(([, entry = '']) =>
            [...folders].some((folder) => `${folder}/`.startsWith(`${joined(leaf, entry)}/`)),
          ),
    )
}

/**
 * The line of a change. The usual one is the tag of an image that the overlay delivers, or where it delivers none a label on every
 * object; the worst one gives every object another name, so that all who refer to it change as well.
 */
export function lineOf(change: Change, overlay: Overlay, files: Files): string {
  if (change === 'worst') return 'nameSuffix: -changed'
  const { yaml } = build(overlay, files)
  const matches = [...yaml.matchAll(/^[ -]*image: "?([^\s":@]+)/gmu)]
  const tags = [...new Set(matches.map(([, name = '']) => name))].map(
    (name) => `images: [{name: ${name}, newTag: changed}]`,
  )
  const effective = tags.find((tag) => build(overlay, withLine(overlay, files, tag)).yaml !== yaml)
  return effective ?? 'labels: [{pairs: {changed: "true"}}]'
}

/** The files with one line more in the kustomization that is built. */
export function withLine({ path }: Overlay, files: Files, line: string): Files {
  const leaf = path === '' ? '' : `${path}/`
  return files.map(([place, content]) => {
    const isLeaf = place.startsWith(leaf) && isKustomization(place.slice(leaf.length))
    if (!isLeaf || 'link' in content) return [place, content]
    return [place, Buffer.from(added(Buffer.from(content).toString(), line))]
  })
}

/** A list that is there already gets the entry. */
function added(text: string, line: string): string {
  const [, field = '', entry = ''] = /^(\w+): \[(.*)\]$/u.exec(line) ?? []
  const list = field === '' ? null : new RegExp(`^${field}:[ \\t]*\\n([ \\t]*)-`, 'mu').exec(text)
  if (list === null) return `${text}\n${line}\n`
  const at = list.index + list[0].length - 1
  return `${text.slice(0, at)}- ${entry}\n${list[1]}${text.slice(at)}`
}

function isKustomization(name: string): boolean {
  return /^[Kk]ustomization(?:\.ya?ml)?$/u.test(name)
}

function joined(folder: string, entry: string): string {
  const parts: string[] = []
  for (const part of `${folder}${entry}`.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  return parts.join('/')
}
