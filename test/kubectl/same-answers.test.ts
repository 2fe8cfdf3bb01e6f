import { systemClock, systemRandom } from '@tidemark/kernel'
import { SandboxCore } from '@tidemark/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { type ApiServer, startApiServer } from '../rig/components/api-server.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { runScenario } from './run-scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { toApiServer, toSandbox } from './senders.ts'

// The same requests to a real kube-apiserver and to a sandbox: every answer is the same, but for what no two
// servers have alike (uids, versions, times, addresses).
describeWith(['etcd', 'kube-apiserver'], 'a sandbox answers as a real API server', () => {
  let server: ApiServer
  let sandbox: SandboxCore

  beforeAll(async () => {
    server = await startApiServer()
    // Without controllers: the real server has none either.
    sandbox = await SandboxCore.open({
      clock: systemClock,
      random: systemRandom,
      clusters: ['dev'],
      controllers: 'off',
    })
  })

  afterAll(async () => {
    await sandbox[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  for (const [index, scenario] of SCENARIOS.entries()) {
    // oxlint-disable-next-line vitest/valid-title -- The scenario has it, and is a sentence.
    test(scenario.name, async () => {
      const namespace = `scenario-${index}`
      const real = await runScenario(scenario, namespace, toApiServer(server))
      const simulated = await runScenario(scenario, namespace, toSandbox(sandbox, 'dev'))
      expect(simulated).toEqual(real)
    })
  }
})
