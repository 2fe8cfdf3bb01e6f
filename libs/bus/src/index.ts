export {
  type Bus,
  type Delivery,
  type DeliveryHandler,
  type DurableMessages,
  type Headers,
  type RequestHandler,
  type RequestOptions,
  type Requests,
  type RespondOptions,
  type SubscribeOptions,
  type Wakes,
} from './bus.ts'
export {
  BusRefused,
  BusUnavailable,
  MessageTooLarge,
  NoResponder,
  NoStream,
  RequestAborted,
  RequestFailed,
  RequestTimedOut,
  ResponderBusy,
  SubjectForbidden,
} from './bus-errors.ts'
export { JetStreamBus } from './jetstream/jetstream-bus.ts'
export { JetStreamLogStream, type JetStreamLogOptions } from './jetstream/jetstream-log-stream.ts'
export {
  linkToNats,
  type LinkState,
  type NatsCredentials,
  type NatsLink,
  type NatsLinkOptions,
} from './jetstream/nats-link.ts'
export { newNkey, type NewNkey } from './jetstream/nkey.ts'
export {
  inboxPrefixOf,
  natsServerConfig,
  permissionsOf,
  type NatsIdentity,
  type NatsPermissions,
  type NatsServerOptions,
  type NatsUser,
} from './jetstream/permissions.ts'
export {
  type LogMessage,
  type LogStream,
  type LogStreamInfo,
  type PublishOutcome,
} from './log-stream.ts'
export { MemoryBroker, type MemoryBrokerOptions } from './memory/memory-broker.ts'
export { MemoryBus } from './memory/memory-bus.ts'
export { MemoryLogStream } from './memory/memory-log-stream.ts'
export { subjectMatches } from './subject.ts'
