import { SopsError } from '../sops-error.ts'

/** First line of every age file, and a part of what its keys are derived from. */
export const VERSION = 'age-encryption.org/v1'
const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----'
const END = '-----END AGE ENCRYPTED FILE-----'

/** The file key as one recipient can open it. */
export interface Stanza {
  readonly type: string
  readonly share: Buffer
  readonly body: Buffer
}

export interface AgeFile {
  readonly stanzas: readonly Stanza[]
  /** What the MAC of the header covers. */
  readonly header: string
  readonly mac: Buffer
  readonly payload: Buffer
}

/** Takes an armoured age file apart. @throws SopsError */
export function readAgeFile(armoured: string): AgeFile {
  const text = armoured.trim()
  if (!text.startsWith(BEGIN) || !text.endsWith(END)) throw broken()
  const binary = Buffer.from(text.slice(BEGIN.length, -END.length).replaceAll(/\s/gu, ''), 'base64')
  const latin = binary.toString('latin1')
  const end = /\n--- (?<mac>\S+)\n/u.exec(latin)
  if (end === null || !latin.startsWith(`${VERSION}\n`)) throw broken()
  return {
    stanzas: readStanzas(latin.slice(0, end.index).split('\n').slice(1)),
    header: `${latin.slice(0, end.index)}\n---`,
    mac: Buffer.from(end[1] ?? '', 'base64'),
    payload: binary.subarray(end.index + end[0].length),
  }
}

function readStanzas(lines: readonly string[]): readonly Stanza[] {
  const stanzas: Stanza[] = []
  for (const line of lines) {
    const last = stanzas.at(-1)
    if (line.startsWith('-> ')) {
      const [type = '', share = ''] = line.slice('-> '.length).split(' ')
      stanzas.push({ type, share: Buffer.from(share, 'base64'), body: Buffer.alloc(0) })
    } else if (last === undefined) throw broken()
    else {
      const body = Buffer.concat([last.body, Buffer.from(line, 'base64')])
      stanzas[stanzas.length - 1] = { ...last, body }
    }
  }
  return stanzas
}

function broken(): SopsError {
  return new SopsError('SOPS_FORMAT', 'its age message is broken')
}
