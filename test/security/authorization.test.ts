import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { TidemarkServiceClient, TidemarkServiceService } from '@tidemark/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  openMemoryWorld,
  startMemoryPlane,
  TOKENS,
  type MemoryPlane,
  type MemoryWorld,
} from '../rig/plane/memory-plane.ts'

type Method = keyof typeof TidemarkServiceService

/** Who may use what, in this test's own words: a method that is not here fails it. */
const ALLOWED: Readonly<Record<string, 'all' | 'operator'>> = {
  getStatus: 'all',
  listSources: 'all',
  listClusters: 'all',
  listApplications: 'all',
  describeApplication: 'all',
  listReleases: 'all',
  listDeployments: 'all',
  explainApplication: 'all',
  watchEvents: 'all',
  listAudit: 'all',
  verifyAudit: 'all',
  listParked: 'all',
  listNotificationObjects: 'all',
  rollBack: 'operator',
  liftHold: 'operator',
  reconcile: 'operator',
  suspend: 'operator',
  resume: 'operator',
  registerCluster: 'operator',
  removeCluster: 'operator',
  declareRoot: 'operator',
  resolveParked: 'operator',
  setSecret: 'operator',
  unsetSecret: 'operator',
  listSecrets: 'all',
  getRelease: 'all',
  findObject: 'all',
}

const CALLERS: Readonly<Record<string, string | undefined>> = {
  'no token': undefined,
  'an empty token': 'Bearer ',
  'a wrong token': 'Bearer somebody-else',
  'the beginning of a token': `Bearer ${TOKENS.operator.slice(0, -1)}`,
  'a token and more': `Bearer ${TOKENS.operator} `,
  'the name of a role': 'Bearer operator',
  'another scheme': `Basic ${Buffer.from(`operator:${TOKENS.operator}`).toString('base64')}`,
  viewer: `Bearer ${TOKENS.viewer}`,
  operator: `Bearer ${TOKENS.operator}`,
}

/** Fields that name something which is not there. Reasons are given, so that only the name is wrong. */
const NOWHERE = {
  application: 'nowhere',
  number: 1n,
  reason: 'a test',
  reactor: 'nobody-0',
  position: 7n,
  resolution: 'skip',
}

/** What an operator is told who asks for what is not there, or for nothing. */
const ANSWERS: Readonly<Record<string, status>> = {
  getStatus: status.OK,
  listSources: status.OK,
  listClusters: status.OK,
  listApplications: status.OK,
  listParked: status.OK,
  listNotificationObjects: status.OK,
  verifyAudit: status.OK,
  describeApplication: status.NOT_FOUND,
  listReleases: status.NOT_FOUND,
  listDeployments: status.NOT_FOUND,
  explainApplication: status.NOT_FOUND,
  watchEvents: status.NOT_FOUND,
  listAudit: status.NOT_FOUND,
  rollBack: status.NOT_FOUND,
  liftHold: status.NOT_FOUND,
  reconcile: status.NOT_FOUND,
  suspend: status.NOT_FOUND,
  resume: status.NOT_FOUND,
  resolveParked: status.NOT_FOUND,
  registerCluster: status.INVALID_ARGUMENT,
  removeCluster: status.NOT_FOUND,
  declareRoot: status.INVALID_ARGUMENT,
  setSecret: status.INVALID_ARGUMENT,
  unsetSecret: status.INVALID_ARGUMENT,
  listSecrets: status.OK,
  getRelease: status.NOT_FOUND,
  findObject: status.INVALID_ARGUMENT,
}

const METHODS = Object.keys(TidemarkServiceService).filter((name): name is Method =>
  Object.hasOwn(TidemarkServiceService, name),
)
const CASES = METHODS.flatMap((method) =>
  Object.keys(CALLERS).map((caller) => ({ method, caller })),
)

function expected(method: Method, caller: string): status {
  if (caller !== 'viewer' && caller !== 'operator') return status.UNAUTHENTICATED
  if (caller === 'viewer' && ALLOWED[method] !== 'all') return status.PERMISSION_DENIED
  return ANSWERS[method] ?? status.UNKNOWN
}

describe('who may use which method of the API', () => {
  let world: MemoryWorld
  let plane: MemoryPlane
  let client: TidemarkServiceClient

  beforeAll(async () => {
    world = await openMemoryWorld([])
    plane = await startMemoryPlane(world)
    client = new TidemarkServiceClient(plane.address, credentials.createInsecure())
  })
  afterAll(async () => {
    client.close()
    await plane[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  /** How many events follow from what somebody asked for. */
  const asked = async (): Promise<number> =>
    (await world.log()).filter(({ writer }) => writer === 'gateway').length

  /** The code that a call ends with. */
  const call = async (method: Method, caller: string): Promise<status> => {
    const definition = TidemarkServiceService[method]
    const metadata = new Metadata()
    const header = CALLERS[caller]
    if (header !== undefined) metadata.set('authorization', header)
    const options = { deadline: new Date(Date.now() + 10_000) }
    const request = definition.requestDeserialize(Buffer.alloc(0))
    const known = Object.entries(NOWHERE).filter(([field]) => Object.hasOwn(request, field))
    Object.assign(request, Object.fromEntries(known))
    const bytes = Buffer.from(serialized(definition, request))
    return await new Promise((resolve) => {
      const end = (error: ServiceError | null): void => resolve(error?.code ?? status.OK)
      if (definition.responseStream) {
        const stream = client.makeServerStreamRequest(
          definition.path,
          asItIs,
          asItIs,
          bytes,
          metadata,
          options,
        )
        stream.on('data', () => undefined)
        stream.on('error', end)
        stream.on('end', () => end(null))
      } else client.makeUnaryRequest(definition.path, asItIs, asItIs, bytes, metadata, options, end)
    })
  }

  test('the table has each method of the service, and no other', () => {
    expect(Object.keys(ALLOWED).toSorted()).toEqual(METHODS.toSorted())
    expect(Object.keys(ANSWERS).toSorted()).toEqual(METHODS.toSorted())
  })

  test.each(CASES)('$method with $caller', async ({ method, caller }) => {
    const before = await asked()
    const got = await call(method, caller)
    expect(status[got]).toBe(status[expected(method, caller)])
    // Neither a refused call nor one that names nothing leaves a trace.
    expect(await asked()).toBe(before)
  })
})

function serialized(definition: object, request: object): Uint8Array {
  const serialize: unknown = Reflect.get(definition, 'requestSerialize')
  if (typeof serialize !== 'function') throw new Error('no method of the service')
  const bytes: unknown = Reflect.apply(serialize, definition, [request])
  if (bytes instanceof Uint8Array) return bytes
  throw new Error('a request is bytes')
}

function asItIs(bytes: Buffer): Buffer {
  return bytes
}
