import { nkeys } from '@nats-io/transport-node'
import { Secret } from '@tidemark/kernel'

/** A key by which a user of the bus proves who it is. */
export interface NewNkey {
  /** For the server's configuration. */
  readonly publicKey: string
  /** For the user alone. */
  readonly seed: Secret<string>
}

/** Makes an nkey for a user. */
export function newNkey(): NewNkey {
  const pair = nkeys.createUser()
  return {
    publicKey: pair.getPublicKey(),
    seed: new Secret(Buffer.from(pair.getSeed()).toString()),
  }
}
