import type { Image, Kustomization, Patch } from '@tidemark/kustomize'
import { textOf } from '../flux-object.ts'
import { recordsOf, targetOf } from '../read-spec.ts'

/** The spec of a Flux Kustomization, as it was read from JSON. */
export type FluxSpec = Readonly<Record<string, unknown>>

/** Merges what the spec asks for into a kustomization (fluxcd/pkg/kustomize v1.39, GenerateManifest). */
export function mergeSpec(
  kustomization: Kustomization,
  spec: FluxSpec,
  components: readonly string[],
): Kustomization {
  const buildMetadata = texts(spec['buildMetadata'])
  return {
    ...kustomization,
    namespace: textOf(spec['targetNamespace']) || kustomization.namespace,
    namePrefix: textOf(spec['namePrefix']) || kustomization.namePrefix,
    nameSuffix: textOf(spec['nameSuffix']) || kustomization.nameSuffix,
    patches: appended(kustomization.patches, recordsOf(spec['patches']).map(toPatch)),
    components: appended(kustomization.components, components),
    patchesStrategicMerge: appended(
      kustomization.patchesStrategicMerge,
      recordsOf(spec['patchesStrategicMerge']).map((patch) => JSON.stringify(patch)),
    ),
    patchesJson6902: appended(
      kustomization.patchesJson6902,
      recordsOf(spec['patchesJson6902']).map(toJsonPatch),
    ),
    images: mergeImages(kustomization.images, recordsOf(spec['images']).map(toImage)),
    buildMetadata: buildMetadata.length > 0 ? buildMetadata : kustomization.buildMetadata,
  }
}

/** The components that the spec names. */
export function componentsOf(spec: FluxSpec): readonly string[] {
  return texts(spec['components'])
}

/**
 * An image of the spec changes the entry of the same name field by field; tag and digest are one: setting either clears the
 * other.
 */
function mergeImages(
  images: readonly Image[] | undefined,
  more: readonly Image[],
): readonly Image[] | undefined {
  if (more.length === 0) return images
  const merged = [...(images ?? [])]
  for (const image of more) {
    const at = merged.findIndex(({ name }) => name === image.name)
    const old = merged[at]
    if (old === undefined) {
      merged.push(image)
      continue
    }
    const { newTag, digest } = image.newTag !== '' || image.digest !== '' ? image : old
    merged[at] = Object.assign({}, old, { newName: image.newName || old.newName, newTag, digest })
  }
  return merged
}

function appended<T>(list: readonly T[] | undefined, more: readonly T[]): readonly T[] | undefined {
  return more.length === 0 ? list : [...(list ?? []), ...more]
}

function toPatch(patch: FluxSpec): Patch {
  return {
    path: '',
    patch: textOf(patch['patch']),
    target: targetOf(patch['target']),
    options: undefined,
  }
}

function toJsonPatch({ patch, target }: FluxSpec): Patch {
  return {
    path: '',
    patch: JSON.stringify(patch ?? []),
    target: targetOf(target),
    options: undefined,
  }
}

function toImage(image: FluxSpec): Image {
  return {
    name: textOf(image['name']),
    newName: textOf(image['newName']),
    newTag: textOf(image['newTag']),
    digest: textOf(image['digest']),
    tagSuffix: '',
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
