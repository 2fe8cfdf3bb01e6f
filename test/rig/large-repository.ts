// A repository with many files and a long, heavy history, made by git fast-import: the same sizes give the same repository
// but for the bytes of its history, which no compression makes small.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { program } from './components/component.ts'

const PIECE_BYTES = 1024 * 1024
const FOLDER_FILES = 50
const WHO = 'Ada <ada@example.com>'

export interface LargeRepository {
  /** Of the newest commit: small manifests, 50 in a folder. */
  readonly files: number
  /** What older commits hold and the newest no longer has. */
  readonly historyBytes: number
}

/** Writes the history and the files into a bare repository that is there. */
export async function writeLargeRepository(
  directory: string,
  { files, historyBytes }: LargeRepository,
): Promise<void> {
  const args = ['-C', directory, '-c', 'core.compression=0', 'fast-import', '--quiet', '--done']
  const child = spawn(program('git'), args, { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  const write = async (...pieces: readonly (string | Uint8Array)[]): Promise<void> => {
    for (const piece of pieces) if (!child.stdin.write(piece)) await once(child.stdin, 'drain')
  }
  for (let at = 0; at * PIECE_BYTES < historyBytes; at += 1) {
    await write(...commitLines(at, `history ${at}`), 'M 100644 inline assets/large.bin\n')
    await write(`data ${PIECE_BYTES}\n`, randomBytes(PIECE_BYTES), '\n')
  }
  await write(...commitLines(Math.ceil(historyBytes / PIECE_BYTES), 'files'))
  await write('D assets/large.bin\n')
  for (let at = 0; at < files; at += 1) {
    const text = manifest(at, 'one')
    await write(`M 100644 inline ${pathOf(at)}\ndata ${text.length}\n${text}\n`)
  }
  await write('done\n')
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`)
}

/** Commits another value of one file, as `git push` of one line would. */
export async function changeOneLine(directory: string, value: string): Promise<void> {
  const args = ['-C', directory, 'fast-import', '--quiet', '--done']
  const child = spawn(program('git'), args, { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  const text = manifest(0, value)
  child.stdin.end(
    [
      `commit refs/heads/main\ncommitter ${WHO} 1790000000 +0000\ndata 6\nchange\n`,
      `from refs/heads/main^0\nM 100644 inline ${pathOf(0)}\ndata ${text.length}\n${text}\ndone\n`,
    ].join(''),
  )
  const [code] = await ended
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`)
}

function commitLines(at: number, subject: string): readonly string[] {
  const committer = `committer ${WHO} ${1_700_000_000 + at} +0000`
  return [`commit refs/heads/main\n${committer}\ndata ${subject.length}\n${subject}\n`]
}

function pathOf(at: number): string {
  return `apps/app-${Math.floor(at / FOLDER_FILES)}/map-${at}.yaml`
}

function manifest(at: number, value: string): string {
  const name = `metadata: {name: map-${at}, namespace: default}`
  return `apiVersion: v1\nkind: ConfigMap\n${name}\ndata: {value: "${value}"}\n`
}
