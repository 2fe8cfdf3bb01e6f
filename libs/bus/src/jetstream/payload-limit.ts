import { type NatsConnection } from '@nats-io/transport-node'
import { MessageTooLarge } from '../bus-errors.ts'

const PAYLOAD_BYTES_MAX = 1024 * 1024 // What a server carries that has not told us its own limit yet.

/** The largest message that the server carries, headers included. */
export function payloadBytesMax({ info }: NatsConnection): number {
  return info?.max_payload ?? PAYLOAD_BYTES_MAX
}

/** Throws `MessageTooLarge`: the server would close the connection, with all that is under way on it. */
export function checkPayload(
  connection: NatsConnection,
  subject: string,
  message: { readonly bytes: Uint8Array; readonly headerBytes: number },
): void {
  const total = message.bytes.length + message.headerBytes
  const bytesMax = payloadBytesMax(connection)
  if (total > bytesMax) throw new MessageTooLarge(subject, total, bytesMax)
}
