import { fixed } from '../function.ts'
import {
  ANY_SLICE,
  goInt,
  goInt64,
  GoSlice,
  isObject,
  type Field,
  type GoObject,
  type Value,
} from '../values.ts'
import { LOCAL, NAMELESS, UTC, type Zone } from './zone.ts'

/** A `*time.Location`, as templates see it. */
interface GoLocation extends GoObject {
  readonly zone: Zone
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/** What `Time.Location` gives. */
export function goLocation(zone: Zone): GoLocation {
  // The zone of the machine is UTC here, and has its name.
  const name = zone === LOCAL ? UTC.name : zone.name
  return {
    zone,
    goType: '*time.Location',
    goKind: 'ptr',
    fields: [],
    methods: { String: () => fixed([], () => name) },
    hidden: () => hiddenFields(zone, name),
    asText: () => name,
    equals: (other) => zone !== NAMELESS && isLocation(other) && other.zone === zone,
    copied: () => goLocation(NAMELESS),
  }
}

/** The pointer within a `time.Time`: UTC has none. */
export function hiddenLocation(zone: Zone): GoObject {
  return { ...goLocation(zone), isNil: zone === UTC }
}

export function zoneOfLocation(value: Value): Zone | undefined {
  return isObject(value) && isLocation(value) ? value.zone : undefined
}

function isLocation(value: GoObject): value is GoLocation {
  return 'zone' in value
}

function hiddenFields(zone: Zone, name: string): readonly Field[] {
  const isFixed = ![UTC, LOCAL, NAMELESS].includes(zone)
  const { seconds } = zone.offsetAt(0)
  const zones = isFixed ? [struct('time.zone', [name, goInt(seconds), false])] : []
  const changes = isFixed
    ? [struct('time.zoneTrans', [goInt64(INT64_MIN), goInt(0), false, false])]
    : []
  return [
    { name: 'name', value: name },
    { name: 'zone', value: new GoSlice(zones, ANY_SLICE) },
    { name: 'tx', value: new GoSlice(changes, ANY_SLICE) },
    { name: 'extend', value: '' },
    { name: 'cacheStart', value: goInt64(isFixed ? INT64_MIN : 0n) },
    { name: 'cacheEnd', value: goInt64(isFixed ? INT64_MAX : 0n) },
    { name: 'cacheZone', value: { ...struct('*time.zone', []), goKind: 'ptr', isNil: !isFixed } },
  ]
}

function struct(goType: string, values: readonly Value[]): GoObject {
  const fields = values.map((value) => ({ name: '', value }))
  return { goType, goKind: 'struct', fields, methods: {} }
}
