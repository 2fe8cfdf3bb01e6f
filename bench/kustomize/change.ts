import { build, type Files, type Overlay } from './overlays.ts'

/** The files with one line more in the leaf. */
export function withLine({ path }: Overlay, files: Files, image: string): Files {
  const leaf = path === '' ? '' : `${path}/`
  return files.map(([place, content]) => {
    const isLeaf =
      place.startsWith(leaf) && /^[Kk]ustomization(?:\.ya?ml)?$/u.test(place.slice(leaf.length))
    if (!isLeaf || 'link' in content) return [place, content]
    return [place, Buffer.from(changedText(Buffer.from(content).toString(), image))]
  })
}

/** An image whose tag the leaf can change; empty, where it can change none: then names get a suffix. */
export function imageToChange(overlay: Overlay, files: Files): string {
  const { yaml } = build(overlay, files)
  const matches = [...yaml.matchAll(/^[ -]*image: "?([^\s":@]+)/gmu)]
  const images = [...new Set(matches.map(([, name = '']) => name))]
  const effective = images.find(
    (image) => build(overlay, withLine(overlay, files, image)).yaml !== yaml,
  )
  return effective ?? ''
}

function changedText(text: string, image: string): string {
  if (image === '') return `${text}\nnameSuffix: -changed\n`
  const entry = `{name: ${image}, newTag: changed}`
  const list = /^images:[ \t]*\n([ \t]*)-/mu.exec(text)
  if (list === null) return `${text}\nimages: [${entry}]\n`
  const at = list.index + list[0].length - 1
  return `${text.slice(0, at)}- ${entry}\n${list[1]}${text.slice(at)}`
}
