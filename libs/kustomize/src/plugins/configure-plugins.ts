import { during, KustomizeError } from '../kustomize-error.ts'
import { idText } from '../identity/resource-id.ts'
import type { Generator } from '../generators/run-generators.ts'
import type { Resource } from '../resource.ts'
import { Accumulator } from '../target/accumulator.ts'
import type { Stage } from '../target/stage.ts'
import { originBelow, type OriginNote, pluginOrigin, setOrigin } from '../target/origin-notes.ts'
import type { Transformer } from '../transformers/transformer.ts'
import { GENERATOR_PLUGINS, TRANSFORMER_PLUGINS } from './builtin-plugins.ts'

/** A transformer and what kustomize says of its origin. */
export interface Step {
  readonly transformer: Transformer
  readonly origin: OriginNote | undefined
}

/** The generators that a kustomization lists: built-in kinds, each configured by an object. @throws KustomizeError */
export function configureGenerators(stage: Stage): readonly Generator[] {
  const configs = pluginConfigs(stage, stage.target.kustomization.generators ?? [], 'generators')
  return configs.map((config) =>
    during('failed to load generator', () => {
      const make = configured(config, GENERATOR_PLUGINS, 'generator')
      const generate = during(`plugin ${idText(config.id)} fails configuration`, () =>
        make(config, stage),
      )
      return { kind: config.kind, origin: pluginOrigin(config), generate }
    }),
  )
}

/** The transformers, or validators, that a kustomization lists. @throws KustomizeError */
export function configureTransformers(
  stage: Stage,
  list: readonly string[],
  field: string,
): readonly Step[] {
  return pluginConfigs(stage, list, field).map((config) => {
    const make = configured(config, TRANSFORMER_PLUGINS, 'transformer')
    const transformer = during(`plugin ${idText(config.id)} fails configuration`, () =>
      make(config, stage),
    )
    return {
      transformer: { ...transformer, path: config.origin.path },
      origin: pluginOrigin(config),
    }
  })
}

/** Each entry is an object written in place, a file with objects, or a kustomization that makes them. */
function pluginConfigs(stage: Stage, list: readonly string[], field: string): readonly Resource[] {
  const { fileName, loader } = stage.target
  const into = new Accumulator()
  const paths: string[] = []
  for (const entry of list) {
    const inline = inlineConfigs(stage, entry)
    if (inline === undefined) {
      paths.push(entry)
      continue
    }
    for (const resource of inline) {
      resource.origin = { path: loader.locate(fileName) }
      if (stage.origin !== undefined) setOrigin(resource, originBelow(stage.origin, fileName))
    }
    into.set.appendAll(inline)
  }
  stage.gather(stage, into, { paths, field })
  return into.set.resources
}

function inlineConfigs({ target }: Stage, entry: string): readonly Resource[] | undefined {
  try {
    return target.build.readPatch(entry)
  } catch (error) {
    if (error instanceof KustomizeError) return undefined
    throw error
  }
}

function configured<Make>(
  config: Resource,
  plugins: ReadonlyMap<string, Make>,
  role: string,
): Make {
  const { gvk, kind } = config
  if (gvk.group !== '' || gvk.version !== 'builtin')
    throw new KustomizeError(
      'KUSTOMIZE_PLUGIN',
      `external plugins disabled; unable to load external plugin '${kind}'`,
      {
        hint: `not supported: ${idText(config.id)} (${config.origin.path}) asks for a program to run; only kinds with "apiVersion: builtin" are`,
      },
    )
  const make = plugins.get(kind)
  if (make !== undefined) return make
  const isOther = GENERATOR_PLUGINS.has(kind) || TRANSFORMER_PLUGINS.has(kind)
  if (isOther)
    throw new KustomizeError('KUSTOMIZE_PLUGIN', `plugin ${idText(config.id)} not a ${role}`)
  throw new KustomizeError('KUSTOMIZE_PLUGIN', `unable to load builtin ${kind}.builtin.[noGrp]`, {
    hint: `known are ${[...plugins.keys()].join(', ')}`,
  })
}
