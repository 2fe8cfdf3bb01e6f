import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { systemClock, systemRandom } from '@tidemark/kernel'
import { startSandbox } from '@tidemark/sandbox'
import { expect, test } from 'vitest'

import { temporaryDir } from '../rig/components/child.ts'
import { CLUSTER, startCluster } from '../rig/components/cluster.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { type Target, transcriptOf, watchTranscript } from './transcript.ts'

const TRANSCRIPT = './transcript/session.txt'
const WATCH = './transcript/watch.txt'
const TIMEOUT_MS = 400_000 // Some fifty calls of kubectl, and real controllers that take their time.

function targetIn(dir: string, kubeconfig: string): Target {
  const file = join(dir, 'kubeconfig')
  writeFileSync(file, kubeconfig)
  mkdirSync(join(dir, 'cache'))
  return { kubeconfig: file, cacheDir: join(dir, 'cache') }
}

// The transcripts were written by the real cluster: `vitest -u` with all components writes them anew.
describeWith(['kubectl'], 'kubectl on a sandbox', () => {
  test(
    'a session reads as on a real cluster',
    async () => {
      const dir = temporaryDir('kubectl')
      await using sandbox = await startSandbox({
        clock: systemClock,
        random: systemRandom,
        clusters: ['dev'],
        port: 0,
        token: 'sesame',
      })
      const target = targetIn(dir.path, sandbox.kubeconfig())
      await expect(await transcriptOf(target)).toMatchFileSnapshot(TRANSCRIPT)
      await expect(await watchTranscript(target)).toMatchFileSnapshot(WATCH)
      dir.remove()
    },
    TIMEOUT_MS,
  )
})

describeWith(CLUSTER, 'kubectl on a real cluster', () => {
  test(
    'a session is what the transcript says',
    async () => {
      const dir = temporaryDir('kubectl')
      await using cluster = await startCluster()
      const target = { kubeconfig: cluster.kubeconfig, cacheDir: dir.path }
      await expect(await transcriptOf(target)).toMatchFileSnapshot(TRANSCRIPT)
      await expect(await watchTranscript(target)).toMatchFileSnapshot(WATCH)
      dir.remove()
    },
    TIMEOUT_MS,
  )
})
