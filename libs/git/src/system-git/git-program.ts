import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

/** A git that reads and writes pipes. */
export type GitChild = ChildProcessByStdio<Writable, Readable, Readable>

/** The git of this machine, and what holds it. */
export interface GitProgram {
  readonly git: string
  /** `prlimit` of util-linux, where there is one. */
  readonly prlimit: string | undefined
  /** Where git may look for its own parts. */
  readonly searchPath: string
  /** An empty directory, so that no configuration of a person is read. */
  readonly home: string
}

/** What one child may use; enforced where `prlimit` is there. */
export interface ChildLimits {
  /** Bytes of one file that it writes. */
  readonly fileBytes: number
  /** Bytes of address space. */
  readonly memoryBytes: number
  /** Seconds of processor time. */
  readonly cpuSeconds: number
}

export interface GitCall {
  readonly args: readonly string[]
  readonly limits: ChildLimits
  /** The repository; it is ours, bare, and has no configuration but ours. */
  readonly gitDir: string
  /** Object directories of other repositories that may be read. */
  readonly alternates?: string
}

// RELIABILITY 3.10. No child of ours uses a network, so no protocol is allowed at all.
const SETTINGS: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.fsync=none', // The cache can be fetched again, and every object is hashed when it is read.
  'core.bigFileThreshold=32m', // Larger blobs are streamed, not held.
  'core.packedGitWindowSize=32m',
  'core.packedGitLimit=256m',
  'core.deltaBaseCacheLimit=64m',
  'pack.threads=1',
  'fetch.fsckObjects=true',
  'transfer.fsckObjects=true',
  'transfer.bundleURI=false',
  'submodule.recurse=false',
  'protocol.allow=never',
  'http.followRedirects=false',
  'gc.auto=0',
  'maintenance.auto=false',
]

/** Where packages put programs on the systems that we run on. */
export const SEARCH_PATH: string = [
  '/usr/local/bin',
  '/usr/bin',
  '/bin',
  '/opt/homebrew/bin',
  '/run/current-system/sw/bin',
].join(delimiter)

/** Finds a program on a search path; nothing where it is not there. */
export function findProgram(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find((file) => isExecutable(file))
}

/**
 * Starts git with nothing of this process but the pipes: an environment of its own, no configuration of the
 * machine or of a person, no hooks, no prompts, no protocols, no replaced objects, no lazy fetches.
 */
export function startGit(program: GitProgram, call: GitCall): GitChild {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting])
  const git = [program.git, ...settings, `--git-dir=${call.gitDir}`, ...call.args]
  const [command = program.git, ...args] =
    program.prlimit === undefined ? git : [program.prlimit, ...limitArgs(call.limits), ...git]
  return spawn(command, args, {
    cwd: call.gitDir,
    env: environment(program, call.alternates),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
}

function environment(program: GitProgram, alternates: string | undefined): Record<string, string> {
  return {
    PATH: program.searchPath,
    HOME: program.home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...(alternates === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: alternates }),
  }
}

function limitArgs({ fileBytes, memoryBytes, cpuSeconds }: ChildLimits): readonly string[] {
  return [`--fsize=${fileBytes}`, `--as=${memoryBytes}`, `--cpu=${cpuSeconds}`, '--core=0', '--']
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
