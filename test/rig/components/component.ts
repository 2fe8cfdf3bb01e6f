// Where the real components lie, and what happens to a test when one is not there.
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'

/** The root of the repository. */
const ROOT: string = join(import.meta.dirname, '..', '..', '..')

/** What `install.ts` fills; ignored by git. */
export const COMPONENTS: string = join(ROOT, '.components')

/** Each real component that a test or bench may ask for. */
export type Component =
  | 'kube-apiserver'
  | 'kube-apiserver-oldest'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kwok'
  | 'helm'
  | 'nats-server'
  | 'etcd'
  | 'postgres'
  | 'git'
  | 'ssh'
  | 'sshd'
  | 'openssl'

/** Where a component's program may lie, best first. What is built is taken from nowhere else: its version counts. */
const PROGRAMS: Readonly<Record<Component, readonly string[]>> = {
  'kube-apiserver': [built('kube-apiserver')],
  'kube-apiserver-oldest': [built('kube-apiserver-oldest')],
  'kube-controller-manager': [built('kube-controller-manager')],
  'kube-scheduler': [built('kube-scheduler')],
  kubectl: [built('kubectl')],
  kwok: [built('kwok')],
  helm: [built('helm')],
  'nats-server': [built('nats-server')],
  etcd: [join(COMPONENTS, 'etcd', 'usr', 'bin', 'etcd'), ...system('etcd')],
  postgres: [17, 16, 15, 14].map((major) => `/usr/lib/postgresql/${major}/bin/postgres`),
  git: system('git'),
  ssh: system('ssh'),
  sshd: ['/usr/sbin/sshd', '/usr/local/sbin/sshd'],
  openssl: system('openssl'),
}

/** A real component is not on this machine; its name says which, its message says what to do. */
export class ComponentMissing extends Error {
  readonly component: Component

  constructor(component: Component) {
    super(`ComponentMissing: ${component}: run npm run components`)
    this.name = 'ComponentMissing'
    this.component = component
  }
}

/** The path of a component's program. Throws `ComponentMissing`. */
export function program(component: Component): string {
  const path = PROGRAMS[component].find((candidate) => isExecutable(candidate))
  if (path === undefined) throw new ComponentMissing(component)
  return path
}

/** Those of `components` that are not on this machine. */
export function missing(...components: readonly Component[]): readonly Component[] {
  return components.filter((component) => !PROGRAMS[component].some(isExecutable))
}

function built(name: string): string {
  return join(COMPONENTS, 'bin', name)
}

function system(name: string): readonly string[] {
  return ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].map((dir) => join(dir, name))
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
