import { equalJson, listAt, objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import { setStatus } from './replicas.ts'
import { isEnding, nameOf, namespaceOf, uidOf, type World } from './world.ts'

const PVC_PROTECTION = 'kubernetes.io/pvc-protection'
const PV_PROTECTION = 'kubernetes.io/pv-protection'
const BALANCERS = '203.0.113.' // TEST-NET-3 (RFC 5737): it is nobody's.

/** A claim is bound to a volume that is made for it; when it ends and no Pod uses it, its protection goes. */
export function reconcileClaim(world: World, claim: JsonObject): void {
  if (isEnding(claim)) {
    removeFinalizer(world, '/persistentvolumeclaims', claim, PVC_PROTECTION)
    return
  }
  const spec = objectAt(claim, 'spec')
  const volumeName = stringAt(spec, 'volumeName') ?? `pvc-${uidOf(claim)}`
  const capacity = { storage: objectAt(objectAt(spec, 'resources'), 'requests')['storage'] ?? '0' }
  if (world.get('/persistentvolumes', volumeName) === undefined) {
    world.create('/persistentvolumes', volumeFor(claim, volumeName, capacity))
  }
  if (spec['volumeName'] === undefined) {
    world.update('/persistentvolumeclaims', withFields(claim, { spec: { ...spec, volumeName } }))
    return
  }
  const accessModes = listAt(spec, 'accessModes')
  setStatus(world, '/persistentvolumeclaims', claim, { phase: 'Bound', accessModes, capacity })
}

function volumeFor(claim: JsonObject, name: string, capacity: JsonObject): JsonObject {
  const spec = objectAt(claim, 'spec')
  const storageClass = stringAt(spec, 'storageClassName')
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      accessModes: listAt(spec, 'accessModes'),
      capacity,
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: nameOf(claim),
        namespace: namespaceOf(claim),
        uid: uidOf(claim),
      },
      hostPath: { path: `/sandbox/${name}` },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    },
  }
}

/** A volume is available, or bound to its claim; it is deleted with a claim for which it was made. */
export function reconcileVolume(world: World, volume: JsonObject): void {
  if (isEnding(volume)) {
    removeFinalizer(world, '/persistentvolumes', volume, PV_PROTECTION)
    return
  }
  const spec = objectAt(volume, 'spec')
  const reference = objectAt(spec, 'claimRef')
  const name = stringAt(reference, 'name')
  if (name === undefined) {
    setStatus(world, '/persistentvolumes', volume, { phase: 'Available' })
    return
  }
  const claim = world.get(
    '/persistentvolumeclaims',
    `${stringAt(reference, 'namespace') ?? ''}/${name}`,
  )
  if (claim !== undefined) setStatus(world, '/persistentvolumes', volume, { phase: 'Bound' })
  else if (spec['persistentVolumeReclaimPolicy'] === 'Delete')
    world.delete('/persistentvolumes', volume)
  else setStatus(world, '/persistentvolumes', volume, { phase: 'Released' })
}

export function removeFinalizer(
  world: World,
  storageKey: string,
  object: JsonObject,
  name: string,
): void {
  const metadata = objectAt(object, 'metadata')
  const finalizers = listAt(metadata, 'finalizers')
  if (!finalizers.includes(name)) return
  const rest = finalizers.filter((finalizer) => finalizer !== name)
  const changed = withFields(metadata, { finalizers: rest.length === 0 ? undefined : rest })
  world.update(storageKey, withFields(object, { metadata: changed }))
}

/** A Service of type LoadBalancer and an Ingress get an address. */
export function reconcileBalancer(world: World, storageKey: string, object: JsonObject): void {
  if (isEnding(object)) return
  const isService = storageKey === '/services'
  if (isService && objectAt(object, 'spec')['type'] !== 'LoadBalancer') return
  const status = objectAt(object, 'status')
  if (listAt(objectAt(status, 'loadBalancer'), 'ingress').length > 0) return
  const [byte = 0] = world.cluster.random.bytes(1)
  const ip = `${BALANCERS}${1 + (byte % 254)}`
  const entry = isService ? { ip, ipMode: 'VIP' } : { ip }
  const loadBalancer = { ...objectAt(status, 'loadBalancer'), ingress: [entry] }
  setStatus(world, storageKey, object, { loadBalancer })
}

/** A PodDisruptionBudget and an autoscaler say that they saw their object. */
export function observeGeneration(world: World, storageKey: string, object: JsonObject): void {
  const generation = objectAt(object, 'metadata')['generation']
  const status = objectAt(object, 'status')
  if (generation === undefined || equalJson(status['observedGeneration'], generation)) return
  setStatus(world, storageKey, object, { observedGeneration: generation })
}
