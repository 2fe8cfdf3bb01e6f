import { spawn } from 'node:child_process'

import { program } from '../rig/components/component.ts'
import { type Command, COMMANDS } from './commands.ts'

interface Output {
  readonly code: number
  readonly out: string
  readonly error: string
}

/** Where kubectl is pointed, and where it keeps what it learned of the server. */
export interface Target {
  readonly kubeconfig: string
  readonly cacheDir: string
}

/** All commands with their output, without what differs from run to run. */
export async function transcriptOf(target: Target): Promise<string> {
  const parts: string[] = []
  for (const command of COMMANDS) {
    const { code, out, error } = await kubectl(target, command)
    const text = [`$ kubectl ${command.args}`, maskOutput(out), maskOutput(error)]
    parts.push([...text, code === 0 ? '' : `exit ${code}`].filter((line) => line !== '').join('\n'))
  }
  return `${parts.join('\n\n')}\n`
}

const WATCHED = `
apiVersion: v1
kind: ConfigMap
metadata: { name: watched, namespace: default, labels: { app: watched } }
data: { a: '1' }
`

/** The lines of a watch that is open while a ConfigMap is made, changed and deleted. */
export async function watchTranscript(target: Target): Promise<string> {
  const args = 'get configmaps -n default -l app=watched -w --output-watch-events --no-headers'
  const child = spawn(program('kubectl'), arguments_(target, args), {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  const seen = (count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (out.split('\n').length > count) resolve()
      }
      child.stdout.on('data', check)
      child.once('exit', () => reject(new Error(`the watch ended early: ${out}`)))
      check()
    })
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  await kubectl(target, { args: 'create -f -', input: WATCHED })
  await seen(1)
  await kubectl(target, {
    args: 'patch configmap watched -n default --type=merge -p {"data":{"b":"2"}}',
  })
  await seen(2)
  await kubectl(target, { args: 'delete configmap watched -n default' })
  await seen(3)
  const ended = new Promise((resolve) => {
    child.removeAllListeners('exit')
    child.once('exit', resolve)
  })
  child.kill()
  await ended
  return `${maskOutput(out)}\n`
}

function arguments_({ kubeconfig, cacheDir }: Target, args: string): readonly string[] {
  return ['--kubeconfig', kubeconfig, '--cache-dir', cacheDir, ...args.split(' ')]
}

function kubectl(target: Target, { args, input }: Command): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(program('kubectl'), arguments_(target, args))
    const output = { out: '', error: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      output.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output.error += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? -1, ...output }))
    child.stdin.end(input ?? '')
  })
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '(uid)'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+ [+-]\d{4}|Z)/g, '(time)'],
  [/resourceVersion: "\d+"|"resourceVersion": "\d+"/g, 'resourceVersion: (version)'],
  [/\/tmp\/(LIVE|MERGED)-\d+/g, '/tmp/$1'],
  [/web-[0-9a-z]{6,10}-[0-9a-z]{5}/g, 'web-(hash)-(pod)'],
  [/web-[0-9a-z]{6,10}/g, 'web-(hash)'],
  [/\b10(\.\d+){3}\b/g, '(address)'],
  [/ +\d+(s|m|m\d+s)(?= *$|  )/gm, '  (age)'],
  [/(?<=\S)[ \t]{2,}(?=\S)/g, '  '],
  [/[ \t]+$/gm, ''],
  // Pods may be gone before one waits for it.
  [/^pod\/.* condition met\n?/gm, ''],
  // What a rollout tells of its progress depends on when one looks.
  [/^Waiting for deployment.*\n/gm, ''],
]

function maskOutput(text: string): string {
  return MASKS.reduce((masked, [pattern, by]) => masked.replaceAll(pattern, by), text).trim()
}
