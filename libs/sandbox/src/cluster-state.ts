import type { Clock, Random } from '@tidemark/kernel'
import { listAt, objectAt, stringAt, type JsonObject } from './json.ts'
import type { Tools } from './kinds/rules.ts'
import { ObjectStore } from './store/object-store.ts'
import { Registry } from './store/registry.ts'

/** One cluster: its objects, what it serves, and what it gives out. */
export class ClusterState {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly store: ObjectStore = new ObjectStore()
  readonly registry: Registry = new Registry()
  readonly tools: Tools
  #addresses: Set<string> | undefined
  #ports: Set<number> | undefined
  #nextAddress = 10

  constructor(name: string, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.name = name
    this.clock = clock
    this.random = random
    this.tools = {
      random,
      allocateAddress: () => this.#allocateAddress(),
      allocatePort: () => this.#allocatePort(),
      time: () => this.time(),
    }
    this.store.listenToAll((event) => {
      if (this.registry.isDefinition(event.storageKey)) {
        if (event.type === 'DELETED') this.registry.undefine(event.object)
        else this.registry.define(event.object)
      }
      if (event.storageKey === '/services') this.#forgetAllocations()
    })
  }

  /** Now, as `metav1.Time` writes it: RFC 3339 in whole seconds. */
  time(): string {
    return `${new Date(this.clock.now()).toISOString().slice(0, 19)}Z`
  }

  #forgetAllocations(): void {
    this.#addresses = undefined
    this.#ports = undefined
  }

  /** 10.96.0.0/12 has a million addresses: more than the Services that a sandbox can hold. */
  #allocateAddress(): string {
    this.#addresses ??= new Set(this.#services().map((spec) => stringAt(spec, 'clusterIP') ?? ''))
    for (;;) {
      const number = this.#nextAddress
      this.#nextAddress += 1
      const address = `10.${96 + ((number >> 16) & 15)}.${(number >> 8) & 255}.${number & 255}`
      if (!this.#addresses.has(address)) return address
    }
  }

  #allocatePort(): number {
    this.#ports ??= new Set(
      this.#services().flatMap((spec) =>
        listAt(spec, 'ports').map((port) => Number(objectAt({ port }, 'port')['nodePort'])),
      ),
    )
    const taken = this.#ports
    const free = Array.from({ length: NODE_PORTS }, (_, index) => NODE_PORT_MIN + index)
    const port = free.find((candidate) => !taken.has(candidate)) ?? NODE_PORT_MIN
    taken.add(port)
    return port
  }

  #services(): readonly JsonObject[] {
    return this.store
      .keys('/services')
      .map((key) => objectAt(this.store.get('/services', key), 'spec'))
  }
}

const NODE_PORT_MIN = 30_000
const NODE_PORTS = 2768 // Kubernetes' default range ends at 32767.
