import { readDependencies, type Dependency } from './dependency.ts'
import { isRecord, parseDuration, type FieldProblem } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { KUSTOMIZATION_SPEC } from './kustomization-fields.ts'
import { decryptionReferences } from './kustomization/decrypt-objects.ts'
import { substituteReferences } from './kustomization/substitute-references.ts'
import type { Reference } from './reference.ts'

const TIMEOUT_MS_MIN = 30_000 // Flux: the timeout is the interval less 30 s, and never under 30 s.

/** A Kustomization, with Flux's defaults filled in. */
export interface KustomizationModel {
  readonly name: string
  readonly namespace: string
  readonly source: { readonly kind: string; readonly namespace: string; readonly name: string }
  /** Relative to the root of the source, without a leading `./`. */
  readonly path: string
  readonly intervalMs: number
  readonly retryIntervalMs: number
  readonly timeoutMs: number
  readonly prune: boolean
  /** When what has left Git is deleted: Flux does it before it looks at health. */
  readonly pruneOrder: 'BeforeHealth' | 'AfterHealthy'
  readonly wait: boolean
  readonly force: boolean
  readonly suspend: boolean
  readonly deletionPolicy: 'MirrorPrune' | 'Delete' | 'WaitForTermination' | 'Orphan'
  readonly dependsOn: readonly Dependency[]
  /** The Secrets and ConfigMaps that a render takes in. */
  readonly references: readonly Reference[]
  /** The spec itself, for the steps that render. */
  readonly spec: Readonly<Record<string, unknown>>
}

/** Reads a Kustomization (kustomize.toolkit.fluxcd.io/v1). */
export function readKustomization(value: unknown): Read<KustomizationModel> {
  const read = readFluxObject(value, KUSTOMIZATION_SPEC)
  if (read.kind === 'refused') return read
  const pruneOrder = readPruneOrder(value)
  if (typeof pruneOrder !== 'string') return { kind: 'refused', problems: [pruneOrder] }
  const { metadata, spec } = read.model
  const { dependsOn, problems } = readDependencies(spec, metadata.namespace)
  if (problems.length > 0) return { kind: 'refused', problems }
  const intervalMs = parseDuration(textOf(spec['interval'])) ?? 0
  const sourceRef = isRecord(spec['sourceRef']) ? spec['sourceRef'] : {}
  return {
    kind: 'read',
    model: {
      ...metadata,
      source: {
        kind: textOf(sourceRef['kind']),
        namespace: textOf(sourceRef['namespace']) || metadata.namespace,
        name: textOf(sourceRef['name']),
      },
      path: cleanPath(textOf(spec['path'])),
      intervalMs,
      retryIntervalMs: parseDuration(textOf(spec['retryInterval'])) ?? intervalMs,
      timeoutMs:
        parseDuration(textOf(spec['timeout'])) ??
        Math.max(TIMEOUT_MS_MIN, intervalMs - TIMEOUT_MS_MIN),
      prune: spec['prune'] === true,
      pruneOrder,
      wait: spec['wait'] === true,
      force: spec['force'] === true,
      suspend: spec['suspend'] === true,
      deletionPolicy: readPolicy(spec['deletionPolicy']),
      dependsOn,
      references: [
        ...substituteReferences(spec, metadata.namespace),
        ...decryptionReferences(spec, metadata.namespace),
      ],
      spec,
    },
  }
}

function readPolicy(value: unknown): KustomizationModel['deletionPolicy'] {
  return value === 'Delete' || value === 'WaitForTermination' || value === 'Orphan'
    ? value
    : 'MirrorPrune'
}

const PRUNE_ANNOTATION = 'tidemark.dev/prune'

/** `AfterHealthy` opts in to the safer order of deletions; anything else is an error, since somebody relies on it. */
function readPruneOrder(value: unknown): KustomizationModel['pruneOrder'] | FieldProblem {
  const metadata = isRecord(value) && isRecord(value['metadata']) ? value['metadata'] : {}
  const annotations = isRecord(metadata['annotations']) ? metadata['annotations'] : {}
  const wanted = annotations[PRUNE_ANNOTATION]
  if (wanted === undefined) return 'BeforeHealth'
  if (wanted === 'AfterHealthy') return wanted
  const field = `metadata.annotations["${PRUNE_ANNOTATION}"]`
  const message = `is ${JSON.stringify(wanted)}: write AfterHealthy, or remove it to delete before health, as Flux does`
  return { field, message }
}

function cleanPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.join('/')
}
