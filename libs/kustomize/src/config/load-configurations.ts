import { during } from '../kustomize-error.ts'
import { fieldSpecFieldsShape } from '../kustomization/model-shapes.ts'
import { readAsYaml2 } from '../kustomization/parse-kustomization.ts'
import { listOf, type Shaped, string, struct } from '../kustomization/shape.ts'
import type { Build } from '../target/build.ts'
import type { Loader } from '../target/loader.ts'
import {
  DEFAULT_CONFIG,
  EMPTY_CONFIG,
  mergeConfigs,
  sortConfig,
  type TransformerConfig,
} from './transformer-config.ts'

const specs = listOf(fieldSpecFieldsShape)
const configShape = struct('TransformerConfig', {
  namePrefix: specs,
  nameSuffix: specs,
  namespace: specs,
  commonLabels: specs,
  labels: specs,
  templateLabels: specs,
  volumeClaimTemplateLabels: specs,
  commonAnnotations: specs,
  nameReference: listOf(
    struct('NameBackReferences', {
      group: string,
      version: string,
      kind: string,
      fieldSpecs: specs,
    }),
  ),
  varReference: specs,
  images: specs,
  replicas: specs,
})

/** The rules of kustomize with those of the files in `configurations`. @throws KustomizeError */
export function loadConfigurations(
  build: Build,
  loader: Loader,
  paths: readonly string[],
): TransformerConfig {
  if (paths.length === 0) return DEFAULT_CONFIG
  const custom = paths.reduce(
    (config, path) =>
      mergeConfigs(config, build.rememberFile('configuration', { loader, path }, parseConfig)),
    EMPTY_CONFIG,
  )
  return mergeConfigs(DEFAULT_CONFIG, custom)
}

function parseConfig(source: Uint8Array): TransformerConfig {
  const value = readAsYaml2(source)
  const read: Shaped<typeof configShape> =
    value === null
      ? configShape.empty
      : during('error unmarshaling JSON: while decoding JSON', () =>
          configShape.decode(value, { unknownFields: 'refuse', scalarsAsText: true, path: '' }),
        )
  const { nameReference, ...lists } = read
  return sortConfig({
    namePrefix: lists.namePrefix ?? [],
    nameSuffix: lists.nameSuffix ?? [],
    namespace: lists.namespace ?? [],
    commonLabels: lists.commonLabels ?? [],
    labels: lists.labels ?? [],
    templateLabels: lists.templateLabels ?? [],
    volumeClaimTemplateLabels: lists.volumeClaimTemplateLabels ?? [],
    commonAnnotations: lists.commonAnnotations ?? [],
    varReference: lists.varReference ?? [],
    images: lists.images ?? [],
    replicas: lists.replicas ?? [],
    nameReference: (nameReference ?? []).map(({ fieldSpecs, group, version, kind }) => ({
      group,
      version,
      kind,
      referrers: fieldSpecs ?? [],
    })),
  })
}
