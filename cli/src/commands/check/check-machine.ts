import { execFile } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { connect as dial } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { readServer } from '../../client/api-client.ts'
import type { Finding } from '../../client/findings.ts'
import { VERSION } from '../../version.ts'

const FREE_BYTES_MIN = 1024 ** 3 // A ledger and blobs of a mid-sized fleet, with room to grow.
const API_PORT = 7373
const GIT_MS_MAX = 5_000

/** This machine: versions, the folder for state, the port. */
export async function checkMachine(dataDir: string): Promise<readonly Finding[]> {
  const node = `tidemark ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}`
  return [
    { check: 'version', result: 'ok', message: node },
    await checkGit(),
    await checkFolder(dataDir),
    await checkPort(dataDir),
  ]
}

async function checkGit(): Promise<Finding> {
  try {
    const run = promisify(execFile)
    const { stdout } = await run('git', ['--version'], { timeout: GIT_MS_MAX })
    return { check: 'git', result: 'ok', message: stdout.trim() }
  } catch {
    const message = 'there is no git: sources are read without it, large ones more slowly'
    return { check: 'git', result: 'warn', message, hint: 'install git 2.31 or newer' }
  }
}

async function checkFolder(dataDir: string): Promise<Finding> {
  const folder = resolve(dataDir)
  const probe = join(folder, '.check')
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(probe, 'x')
    await rm(probe)
    const { bavail, bsize } = await statfs(folder)
    if (made !== undefined) await rm(folder, { recursive: true })
    const free = bavail * bsize
    const message = `${folder} can be written, ${(free / 1024 ** 3).toFixed(1)} GiB are free`
    const hint = 'make room, or name another folder with --data-dir'
    return { check: 'data folder', result: free < FREE_BYTES_MIN ? 'warn' : 'ok', message, hint }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return {
      check: 'data folder',
      result: 'bad',
      message: `${folder} cannot be written: ${code}`,
      hint: `give yourself the right to write in ${dirname(folder)}, or name another folder with --data-dir`,
    }
  }
}

async function checkPort(dataDir: string): Promise<Finding> {
  const server = await readServer(dataDir)
  if (server !== undefined)
    return { check: 'port', result: 'ok', message: `a plane runs here, at ${server.address}` }
  const isTaken = await new Promise<boolean>((done) => {
    const socket = dial({ port: API_PORT, host: '127.0.0.1' })
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
  return isTaken
    ? {
        check: 'port',
        result: 'warn',
        message: `port ${API_PORT} is in use: tidemark up takes a free one`,
        hint: 'name one with --port where others must find it',
      }
    : { check: 'port', result: 'ok', message: `port ${API_PORT} is free` }
}
