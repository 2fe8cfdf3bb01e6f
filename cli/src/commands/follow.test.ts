import { Server, ServerCredentials, status, type sendUnaryData } from '@grpc/grpc-js'
import {
  ListApplicationsResponse,
  ListSourcesResponse,
  Phase,
  TidemarkServiceService,
} from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { afterAll, expect, test } from 'vitest'
import { ApiClient } from '../client/api-client.ts'
import { EXIT } from '../client/exit-codes.ts'
import { followUntilReady } from './follow.ts'

const { listApplications, listSources } = TidemarkServiceService
const held = new AsyncDisposableStack()
afterAll(async () => {
  await held[Symbol.asyncDispose]()
})

/** A gateway that refuses with a code, `times` times, before it says that all is ready. */
async function gateway(code: status, times: number): Promise<ApiClient> {
  let left = times
  const server = new Server()
  const applications = [{ applicationId: 'one', phase: Phase.PHASE_READY }]
  server.addService(
    { listApplications, listSources },
    {
      listApplications: (_: unknown, answer: sendUnaryData<ListApplicationsResponse>) => {
        left -= 1
        if (left >= 0) answer({ code, details: 'the log is not read yet' })
        else answer(null, ListApplicationsResponse.fromPartial({ applications }))
      },
      listSources: (_: unknown, answer: sendUnaryData<ListSourcesResponse>) =>
        answer(null, ListSourcesResponse.fromPartial({})),
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  held.defer(() => server.forceShutdown())
  return held.use(new ApiClient(`127.0.0.1:${port}`, 'token', undefined))
}

test('a gateway that has not read its log yet is asked again, and does not end the plane', async () => {
  const api = await gateway(status.UNAVAILABLE, 3)
  expect(await followUntilReady(api, { timeoutMs: 30_000, clock: systemClock })).toBe(EXIT.ok)
})

test('a gateway that refuses for another reason ends it', async () => {
  const api = await gateway(status.PERMISSION_DENIED, 1)
  await expect(followUntilReady(api, { timeoutMs: 30_000, clock: systemClock })).rejects.toThrow(
    'the log is not read yet',
  )
})
