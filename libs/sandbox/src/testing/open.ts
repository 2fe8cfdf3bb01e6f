import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'

import { SandboxCore, type SandboxOptions } from '../sandbox.ts'
import { clientOf, type SandboxClient } from './client.ts'

/** A sandbox with one cluster, `dev`, on a clock that only the test moves. */
export interface TestSandbox extends AsyncDisposable {
  readonly core: SandboxCore
  readonly clock: VirtualClock
  readonly client: SandboxClient
}

/** Opens one; the caller disposes of it. The same calls on the same clock give the same answers. */
export async function openTestSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const clock = new VirtualClock()
  const core = await SandboxCore.open({
    clock,
    random: seededRandom(1),
    clusters: ['dev'],
    ...options,
  })
  return {
    core,
    clock,
    client: clientOf(core, 'dev'),
    [Symbol.asyncDispose]: () => core[Symbol.asyncDispose](),
  }
}
