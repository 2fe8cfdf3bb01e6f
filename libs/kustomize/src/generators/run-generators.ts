import { printYaml } from '@tidemark/yaml'
import { during, KustomizeError } from '../kustomize-error.ts'
import type { HelmChart, HelmGlobals } from '../kustomization/model.ts'
import { configureGenerators } from '../plugins/configure-plugins.ts'
import { ORIGIN_ANNOTATION, type Resource } from '../resource.ts'
import type { Accumulator } from '../target/accumulator.ts'
import type { Stage } from '../target/stage.ts'
import { builtinOrigin, type OriginNote, setOrigin } from '../target/origin-notes.ts'
import { absorb } from './absorb.ts'
import { generateConfigMap, generateSecret, mergedOptions } from './config-map.ts'
import { inflateChart } from './helm-chart.ts'

/** Something that makes objects. */
export interface Generator {
  readonly kind: string
  readonly origin: OriginNote | undefined
  readonly generate: () => readonly Resource[]
}

/** Runs the generators of a kustomization: its own fields, then the plugins that it lists. */
export function runGenerators(stage: Stage, into: Accumulator): void {
  const generators = [...builtinGenerators(stage), ...configureGenerators(stage)]
  for (const { kind, origin, generate } of generators) {
    const resources = generate()
    for (const resource of resources)
      if (origin !== undefined && resource.annotation(ORIGIN_ANNOTATION) === undefined)
        setOrigin(resource, origin)
    during(`merging from generator ${kind}`, () => {
      for (const resource of resources) absorb(into.set, resource)
    })
  }
}

function builtinGenerators(stage: Stage): readonly Generator[] {
  const { kustomization, loader, build, fileName } = stage.target
  const {
    generatorOptions,
    configMapGenerator = [],
    secretGenerator = [],
    helmCharts = [],
  } = kustomization
  const make = (kind: string, generate: () => readonly Resource[]): Generator => ({
    kind,
    origin: stage.origin === undefined ? undefined : builtinOrigin(stage.origin, fileName, kind),
    generate,
  })
  const context = (generator: string) => ({
    loader,
    scopes: build.scopes,
    cache: build.cache,
    origin: { path: loader.locate(fileName), generator },
  })
  const [chart] = helmCharts
  if (chart !== undefined && build.charts === undefined) refuseCharts(namedChart(stage, chart))
  return [
    ...configMapGenerator.map((args) =>
      make('ConfigMapGenerator', () => [
        generateConfigMap(
          { ...args, options: mergedOptions(args.options, generatorOptions) },
          context('ConfigMapGenerator'),
        ),
      ]),
    ),
    ...secretGenerator.map((args) =>
      make('SecretGenerator', () => [
        generateSecret(
          { ...args, options: mergedOptions(args.options, generatorOptions) },
          context('SecretGenerator'),
        ),
      ]),
    ),
    ...helmCharts.map((each) =>
      make('HelmChartInflationGenerator', () =>
        inflateChart(namedChart(stage, each), {
          build,
          ...context('HelmChartInflationGenerator'),
        }),
      ),
    ),
  ]
}

function refuseCharts({ name }: HelmChart): never {
  const config = printYaml(new Map([['name', name]]), 'yaml2')
  throw new KustomizeError(
    'KUSTOMIZE_HELM',
    `trouble configuring builtin HelmChartInflationGenerator with config: \`\n${config}\`: must specify --enable-helm`,
    { hint: 'charts are not rendered here; use a HelmRelease' },
  )
}

function namedChart(stage: Stage, chart: HelmChart): HelmChart & HelmGlobals {
  const { helmGlobals, namespace } = stage.target.kustomization
  const { chartHome = '', configHome = '' } = helmGlobals ?? {}
  return {
    ...chart,
    chartHome,
    configHome,
    namespace: chart.namespace || namespace || stage.helmNamespace,
  }
}
