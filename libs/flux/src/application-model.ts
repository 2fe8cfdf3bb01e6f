import { isRecord } from './fields.ts'
import { readHelmActions } from './helm-actions.ts'
import { readHelmRelease, type HelmReleaseModel } from './helm-release.ts'
import type { Read } from './flux-object.ts'
import { CAPABILITIES, type Reference } from './reference.ts'
import { readKustomization, type KustomizationModel } from './kustomization.ts'

/** What an object that delivers something says of its delivery, whatever it is rendered from. */
export interface ApplicationModel extends Pick<
  KustomizationModel,
  | 'name'
  | 'namespace'
  | 'source'
  | 'intervalMs'
  | 'timeoutMs'
  | 'prune'
  | 'pruneOrder'
  | 'wait'
  | 'force'
  | 'suspend'
  | 'deletionPolicy'
  | 'dependsOn'
  | 'references'
  | 'spec'
> {
  readonly kind: ApplicationKind
  /** When what failed is tried again; `undefined` where it stays until something changes, as a HelmRelease does in Flux. */
  readonly retryIntervalMs: number | undefined
  /** The source that the object implies, as an object: the HelmChart of a HelmRelease. */
  readonly impliedSource: Readonly<Record<string, unknown>> | undefined
}

export type ApplicationKind = 'Kustomization' | 'HelmRelease'

/** Reads an object that delivers something; `undefined` for one of any other kind. */
export function readApplication(object: unknown): Read<ApplicationModel> | undefined {
  const kind = isRecord(object) ? object['kind'] : undefined
  switch (kind) {
    case 'Kustomization':
      return mapped(readKustomization(object), (model) => ({
        ...model,
        kind,
        impliedSource: undefined,
      }))
    case 'HelmRelease':
      return mapped(readHelmRelease(object), ofHelmRelease)
    default:
      return undefined
  }
}

/** A release of Helm is uninstalled with its object, and what has left it is deleted. */
function ofHelmRelease({ chart, ...model }: HelmReleaseModel): ApplicationModel {
  return {
    ...model,
    kind: 'HelmRelease',
    impliedSource: chart,
    retryIntervalMs: retryIntervalOf(model),
    prune: true,
    pruneOrder: 'BeforeHealth',
    references: [
      CAPABILITIES,
      ...valuesReferences(model.namespace, model.valuesFrom),
      installedReference(model),
    ],
    force: false,
    deletionPolicy: 'Delete',
  }
}

function valuesReferences(
  namespace: string,
  valuesFrom: HelmReleaseModel['valuesFrom'],
): readonly Reference[] {
  return valuesFrom.map(({ kind, name, optional }, index) => {
    const field = `spec.valuesFrom[${index}]`
    return { kind, namespace, name, optional, field }
  })
}

/** What Helm may have installed under this name before: what its chart generated then stays as it is. */
function installedReference({
  storageNamespace,
  releaseName,
}: Pick<HelmReleaseModel, 'storageNamespace' | 'releaseName'>): Reference {
  return {
    kind: 'HelmRelease',
    namespace: storageNamespace,
    name: releaseName,
    optional: true,
    field: 'spec.releaseName',
    until: 'first-release',
  }
}

/** A HelmRelease is tried again by its actions themselves, unless its strategy is to do the same at an interval. */
function retryIntervalOf({ spec }: Pick<HelmReleaseModel, 'spec'>): number | undefined {
  const { install, upgrade } = readHelmActions(spec)
  return [install.remedy, upgrade.remedy].find(({ strategy }) => strategy === 'retry')
    ?.retryIntervalMs
}

function mapped<From, To>(read: Read<From>, change: (model: From) => To): Read<To> {
  return read.kind === 'read' ? { kind: 'read', model: change(read.model) } : read
}
