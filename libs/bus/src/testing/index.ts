export { describeBus, type BusRig } from './bus-contract.ts'
export { describeLogStream } from './log-stream-contract.ts'
export { natsServerMissing, startNatsServer, type NatsServer } from './nats-server.ts'
