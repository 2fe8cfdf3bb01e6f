import { draftAt, draftsAt, ensureAt, setDefaults, type Draft } from '../draft.ts'

const FILE_MODE = 420 // 0644, for files of Secrets and ConfigMaps.

/** Defaults of a PodSpec in a template (pkg/apis/core/v1/defaults.go of Kubernetes 1.36). */
export function setPodSpecDefaults(spec: Draft): void {
  setDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  })
  // A client may write the old name; the server keeps both alike.
  if (typeof spec['serviceAccountName'] === 'string')
    spec['serviceAccount'] = spec['serviceAccountName']
  else if (typeof spec['serviceAccount'] === 'string')
    spec['serviceAccountName'] = spec['serviceAccount']
  for (const container of containersOf(spec)) setContainerDefaults(container, spec)
  for (const volume of draftsAt(spec, 'volumes')) setVolumeDefaults(volume)
}

/** Defaults of a Pod itself: those of its spec, and what templates do not get. */
export function setPodDefaults(pod: Draft): void {
  const spec = ensureAt(pod, 'spec')
  setPodSpecDefaults(spec)
  setDefaults(spec, { enableServiceLinks: true })
  for (const container of containersOf(spec)) {
    const resources = draftAt(container, 'resources')
    const limits = draftAt(resources, 'limits')
    if (resources !== undefined && limits !== undefined)
      setDefaults(ensureAt(resources, 'requests'), limits)
  }
}

function containersOf(spec: Draft): readonly Draft[] {
  return [
    ...draftsAt(spec, 'initContainers'),
    ...draftsAt(spec, 'containers'),
    ...draftsAt(spec, 'ephemeralContainers'),
  ]
}

function setContainerDefaults(container: Draft, spec: Draft): void {
  setDefaults(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf(container['image']),
  })
  for (const port of draftsAt(container, 'ports')) {
    setDefaults(port, { protocol: 'TCP' })
    const hostPort = port['containerPort']
    if (spec['hostNetwork'] === true && hostPort !== undefined) setDefaults(port, { hostPort })
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = draftAt(container, name)
    if (probe !== undefined) setProbeDefaults(probe)
  }
  for (const variable of draftsAt(container, 'env')) {
    const fieldRef = draftAt(draftAt(variable, 'valueFrom'), 'fieldRef')
    if (fieldRef !== undefined) setDefaults(fieldRef, { apiVersion: 'v1' })
    const resourceRef = draftAt(draftAt(variable, 'valueFrom'), 'resourceFieldRef')
    if (resourceRef !== undefined) setDefaults(resourceRef, { divisor: '0' })
  }
  const lifecycle = draftAt(container, 'lifecycle')
  for (const name of ['postStart', 'preStop']) setHttpGetDefaults(draftAt(lifecycle, name))
}

/** Always for `latest` and for no tag; IfNotPresent for another tag or a digest. */
function pullPolicyOf(image: unknown): string {
  if (typeof image !== 'string') return 'IfNotPresent'
  if (image.includes('@')) return 'IfNotPresent'
  const name = image.slice(image.lastIndexOf('/') + 1)
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function setProbeDefaults(probe: Draft): void {
  setDefaults(probe, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  })
  setHttpGetDefaults(probe)
  const grpc = draftAt(probe, 'grpc')
  if (grpc !== undefined) setDefaults(grpc, { service: '' })
}

function setHttpGetDefaults(handler: Draft | undefined): void {
  const httpGet = draftAt(handler, 'httpGet')
  if (httpGet !== undefined) setDefaults(httpGet, { path: '/', scheme: 'HTTP' })
}

function setVolumeDefaults(volume: Draft): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume['emptyDir'] = {}
  for (const name of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const source = draftAt(volume, name)
    if (source !== undefined) setDefaults(source, { defaultMode: FILE_MODE })
  }
  const hostPath = draftAt(volume, 'hostPath')
  if (hostPath !== undefined) setDefaults(hostPath, { type: '' })
  const downward = [draftAt(volume, 'downwardAPI')]
  for (const source of draftsAt(draftAt(volume, 'projected'), 'sources')) {
    const token = draftAt(source, 'serviceAccountToken')
    if (token !== undefined) setDefaults(token, { expirationSeconds: 3600 })
    downward.push(draftAt(source, 'downwardAPI'))
  }
  for (const item of downward.flatMap((source) => draftsAt(source, 'items'))) {
    const fieldRef = draftAt(item, 'fieldRef')
    if (fieldRef !== undefined) setDefaults(fieldRef, { apiVersion: 'v1' })
  }
  const claim = draftAt(draftAt(volume, 'ephemeral'), 'volumeClaimTemplate')
  if (claim !== undefined) setDefaults(ensureAt(claim, 'spec'), { volumeMode: 'Filesystem' })
}
