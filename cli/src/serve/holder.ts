import type { Random } from '@tidemark/kernel'

/**
 * What a process holds leases under: its own for ever. One that started again under the name and the process id of
 * a dead one, as the first process of a container does, would go on under the epoch of that one.
 */
export function newHolder(name: string, random: Random): string {
  return `${name}-${process.pid}-${Buffer.from(random.bytes(8)).toString('hex')}`
}
