import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js'
import { TidemarkServiceClient } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, EXIT } from './exit-codes.ts'

const CALL_MS_MAX = 30_000
const STARTING_MS_MAX = 120_000 // A plane that starts on a busy machine; each answer takes seconds itself.
const STARTING = /^the gateway has just started/u

type Method<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { readonly deadline: Date },
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown

export interface ServerChoice {
  /** `host:port`; else what the data folder says. */
  readonly server: string | undefined
  readonly tokenFile: string | undefined
  readonly caFile: string | undefined
  readonly dataDir: string
}

/** A connection to a gateway, with what shows who we are. */
export class ApiClient implements Disposable {
  readonly raw: TidemarkServiceClient
  readonly metadata: Metadata

  constructor(address: string, token: string, ca: Buffer | undefined) {
    const channel = ca === undefined ? credentials.createInsecure() : credentials.createSsl(ca)
    this.raw = new TidemarkServiceClient(address, channel, {
      'grpc.max_receive_message_length': 16 * 1024 * 1024,
    })
    this.metadata = new Metadata()
    this.metadata.set('authorization', `Bearer ${token}`)
  }

  /** One call. What the server refuses becomes a CommandError with its words; one that still reads its log is asked again. */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const end = systemClock.monotonic() + STARTING_MS_MAX
    for (;;) {
      const answer = await this.#once(method, request)
      if (answer.error === null) return answer.response
      const isStarting = STARTING.test(answer.error.details)
      if (!isStarting || systemClock.monotonic() > end) throw toCommandError(answer.error)
    }
  }

  #once<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): Promise<{ readonly error: ServiceError | null; readonly response: Response }> {
    return new Promise((resolve) => {
      const deadline = new Date(systemClock.now() + CALL_MS_MAX)
      method.call(this.raw, request, this.metadata, { deadline }, (error, response) =>
        resolve({ error, response }),
      )
    })
  }

  [Symbol.dispose](): void {
    this.raw.close()
  }
}

/** Connects to the server that is named, or to the one that runs on the data folder. */
export async function connect(choice: ServerChoice): Promise<ApiClient> {
  const { server, tokenFile, caFile, dataDir } = choice
  if (server === undefined) {
    const known = await readServer(dataDir)
    if (known === undefined)
      throw new CommandError(
        `nothing runs on ${dataDir}: start it with tidemark up, or name a server with --server`,
      )
    return new ApiClient(known.address, known.token, undefined)
  }
  if (tokenFile === undefined)
    throw new CommandError('name the file with your token: --token-file', EXIT.usage)
  const token = (await readFile(tokenFile, 'utf8')).trim()
  const isLocal = /^(?:127\.0\.0\.1|localhost|\[::1\]):\d+$/u.test(server)
  const ca = caFile === undefined ? undefined : await readFile(caFile)
  if (ca === undefined && !isLocal)
    throw new CommandError('name the certificate authority of the server: --ca-file', EXIT.usage)
  return new ApiClient(server, token, ca)
}

/** There was no answer, or a server that is not ready to give one: who keeps looking may ask again. */
export class ServerUnreachable extends CommandError {}

/** What `server.json` says. */
export interface RunningServer {
  readonly pid: number
  readonly address: string
  readonly hooks: string
  readonly admin: string
  readonly token: string
}

/** The server that wrote its address into the data folder, where its process is still there. */
export async function readServer(dataDir: string): Promise<RunningServer | undefined> {
  try {
    const text = await readFile(join(dataDir, 'server.json'), 'utf8')
    const parsed: RunningServer = JSON.parse(text)
    process.kill(parsed.pid, 0)
    return parsed
  } catch {
    return undefined
  }
}

/** The server's refusal, with the exit code that fits it. */
export function toCommandError({ code, details }: ServiceError): CommandError {
  switch (code) {
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return new CommandError(details, EXIT.denied)
    case status.NOT_FOUND:
      return new CommandError(details, EXIT.notFound)
    case status.INVALID_ARGUMENT:
      return new CommandError(details, EXIT.usage)
    case status.FAILED_PRECONDITION:
    case status.ALREADY_EXISTS:
    case status.ABORTED:
      return new CommandError(details, EXIT.conflict)
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      // Either there is no server, or it says itself what it cannot reach.
      return new ServerUnreachable(
        details.startsWith('cannot ') ? details : `the server cannot be reached: ${details}`,
      )
    default:
      return new CommandError(details)
  }
}
