import { unreachable } from '@tidemark/kernel'
import { LOG_STREAM, LOG_SUBJECTS, token, WAKE_SUBJECT } from '@tidemark/contracts'

/** How the server recognises a user. The secret half never stands in its configuration where that can be helped. */
export type NatsIdentity =
  | { readonly kind: 'nkey'; readonly publicKey: string }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A client certificate with this name or URI (`verify_and_map` by SAN, never by DN: CVE-2026-33248). */
  | { readonly kind: 'certificate'; readonly subject: string }

/** A user of the bus, and what it is there for. */
export type NatsUser =
  /** The ledger service and its relay: the only one who may publish events. */
  | { readonly role: 'ledger'; readonly identity: NatsIdentity }
  | {
      readonly role: 'service'
      readonly identity: NatsIdentity
      /** `fetcher`, `renderer`, `releaser`, `applier`, `auditor`, `gateway`. */
      readonly service: string
      /** Confines it to one scope, as an applier inside its cluster; none means every scope. */
      readonly scope?: string
    }
  /** Somebody else's tool: it reads events, by one durable consumer of that name. */
  | { readonly role: 'observer'; readonly identity: NatsIdentity; readonly consumer: string }

export interface NatsPermissions {
  readonly publish: { readonly allow: readonly string[] }
  readonly subscribe: { readonly allow: readonly string[] }
  readonly allow_responses?: { readonly max: number; readonly expires: string }
}

export interface NatsServerOptions {
  readonly users: readonly NatsUser[]
  /** Files in PEM, as the server sees them. The platform form does not start without. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile: string }
  /** The largest message: pages of the ledger and chunks of blobs are 512 KiB. */
  readonly payloadBytesMax?: number
}

const PAYLOAD_BYTES_MAX = 1024 * 1024
const RESPONSE_EXPIRES = '2m' // Longer than any request waits.
const ASKED_OF_THE_LEDGER = ['append', 'read', 'blob', 'lease', 'park'] as const

/**
 * The part of a nats-server configuration that says who may do what, as data: written as JSON it is a valid
 * configuration file. It opens no WebSocket, MQTT, leaf node or gateway listener, and gives nobody the right
 * to manage streams but the relay, and only its own.
 */
export function natsServerConfig(options: NatsServerOptions): Readonly<Record<string, unknown>> {
  const { users, tls, payloadBytesMax = PAYLOAD_BYTES_MAX } = options
  const byCertificate = users.some(({ identity }) => identity.kind === 'certificate')
  return {
    max_payload: payloadBytesMax,
    authorization: {
      users: users.map((user) =>
        Object.assign(loginOf(user.identity), { permissions: permissionsOf(user) }),
      ),
    },
    ...(tls === undefined
      ? {}
      : {
          tls: {
            cert_file: tls.certFile,
            key_file: tls.keyFile,
            ca_file: tls.caFile,
            min_version: '1.3',
            ...(byCertificate ? { verify_and_map: true } : { verify: true }),
          },
        }),
  }
}

/** What a user may publish and subscribe to; all else is refused. */
export function permissionsOf(user: NatsUser): NatsPermissions {
  switch (user.role) {
    case 'ledger':
      return ledgerPermissions()
    case 'service':
      return servicePermissions(user.service, user.scope)
    case 'observer':
      return {
        publish: { allow: consumerSubjects(user.consumer) },
        subscribe: { allow: [LOG_SUBJECTS, `${inboxPrefixOf(user)}.>`] },
      }
    default:
      return unreachable(user)
  }
}

/**
 * Where the answers to a user's requests go. It MUST be the link's `inboxPrefix`: only so can nobody read
 * what others are answered.
 */
export function inboxPrefixOf(user: NatsUser): string {
  switch (user.role) {
    case 'ledger':
      return '_INBOX.ledger'
    case 'service':
      return serviceInbox(user.service, user.scope)
    case 'observer':
      return `_INBOX.observer.${token(user.consumer)}`
    default:
      return unreachable(user)
  }
}

function ledgerPermissions(): NatsPermissions {
  const manage = ['INFO', 'CREATE', 'DELETE', 'MSG.GET']
  return {
    publish: {
      allow: [
        LOG_SUBJECTS,
        WAKE_SUBJECT,
        ...manage.map((what) => `$JS.API.STREAM.${what}.${LOG_STREAM}`),
      ],
    },
    subscribe: {
      allow: [...ASKED_OF_THE_LEDGER.map((what) => `tidemark.${what}.>`), '_INBOX.ledger.>'],
    },
    // It answers where it was asked, once, and can send to nobody's inbox otherwise.
    allow_responses: { max: 1, expires: RESPONSE_EXPIRES },
  }
}

function servicePermissions(service: string, scope: string | undefined): NatsPermissions {
  const scopes = scope === undefined ? '*' : token(scope)
  return {
    publish: {
      allow: ASKED_OF_THE_LEDGER.map((what) => `tidemark.${what}.${token(service)}.${scopes}`),
    },
    subscribe: { allow: [WAKE_SUBJECT, `${serviceInbox(service, scope)}.>`] },
  }
}

function serviceInbox(service: string, scope: string | undefined): string {
  return `_INBOX.${token(service)}.${scope === undefined ? '_' : token(scope)}`
}

/** One pull consumer of the log, by its name, and its acks; nothing of other consumers. */
function consumerSubjects(consumer: string): readonly string[] {
  const name = token(consumer)
  return [
    `$JS.API.STREAM.INFO.${LOG_STREAM}`,
    `$JS.API.CONSUMER.INFO.${LOG_STREAM}.${name}`,
    // The old name of the request is the one for several filters.
    `$JS.API.CONSUMER.DURABLE.CREATE.${LOG_STREAM}.${name}`,
    `$JS.API.CONSUMER.CREATE.${LOG_STREAM}.${name}`,
    `$JS.API.CONSUMER.CREATE.${LOG_STREAM}.${name}.>`,
    `$JS.API.CONSUMER.MSG.NEXT.${LOG_STREAM}.${name}`,
    `$JS.ACK.${LOG_STREAM}.${name}.>`,
  ]
}

function loginOf(identity: NatsIdentity): Readonly<Record<string, string>> {
  switch (identity.kind) {
    case 'nkey':
      return { nkey: identity.publicKey }
    case 'password':
      return { user: identity.user, password: identity.password }
    case 'certificate':
      return { user: identity.subject }
    default:
      return unreachable(identity)
  }
}
