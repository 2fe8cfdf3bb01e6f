import { KustomizeError, during } from '../kustomize-error.ts'
import { loadConfigurations } from '../config/load-configurations.ts'
import { loadCrdConfig } from '../config/crd-config.ts'
import { runGenerators } from '../generators/run-generators.ts'
import { Resource } from '../resource.ts'
import { runTransformers, runValidators } from '../transformers/run-transformers.ts'
import { markVarSources, writtenVarText } from '../vars/var-set.ts'
import { Accumulator } from './accumulator.ts'
import { chooseSchema, loadTarget } from './load-target.ts'
import type { Loader } from './loader.ts'
import type { ResourceList, Stage } from './stage.ts'
import { originBelow, setOrigin } from './origin-notes.ts'

// Deeper nesting than anyone has; each level is a few frames of the stack.
const DEPTH_MAX = 64

/**
 * Runs a kustomization: resources, generators, components, transformers, validators, in the order of kustomize
 * (target.accumulateTarget, api v0.21.2). A component works on what its parent has gathered.
 */
export function accumulate(stage: Stage, into: Accumulator = new Accumulator()): Accumulator {
  const { kustomization, loader, build } = stage.target
  during('accumulating resources', () => {
    accumulateResources(stage, into, { paths: kustomization.resources ?? [], field: 'resources' })
  })
  into.mergeConfig(loadConfigurations(loader, kustomization.configurations ?? []), 'merging config')
  const crds = kustomization.crds ?? []
  into.mergeConfig(
    during(`loading CRDs [${crds.join(' ')}]`, () => loadCrdConfig(loader, crds)),
    'merging CRDs',
  )
  runGenerators(stage, into)
  const all = during('accumulating components', () => accumulateComponents(stage, into))
  runTransformers(stage, all)
  runValidators(stage, all)
  const vars = kustomization.vars ?? []
  during(`merging vars [${vars.map(writtenVarText).join(' ')}]`, () => {
    markVarSources(all.set, vars, build.scopes)
    all.vars.merge(vars)
  })
  return all
}

/** The entries of a list of the kustomization: files, or folders with a kustomization of their own. */
export function accumulateResources(stage: Stage, into: Accumulator, list: ResourceList): void {
  for (const [at, path] of list.paths.entries()) {
    const asFile = attempt(() => {
      accumulateFile(stage, into, path)
    })
    if (asFile === undefined) continue
    const entry = `${list.field}[${at}]`
    if (FINAL.has(asFile.code)) throw located(asFile, entry)
    const loader = attemptValue(() => stage.target.loader.enter(path))
    if (loader instanceof KustomizeError) {
      // A file that is no YAML is a file; that no base is there says nothing.
      if (asFile.upstream.includes('MalformedYAMLError')) throw located(asFile, entry)
      const words = `accumulation err='${asFile.upstream}': ${loader.upstream}`
      const telling = stage.target.loader.exists(path) ? asFile : loader
      throw located(new KustomizeError(telling.code, words, { hint: telling.hint }), entry)
    }
    during(`accumulation err='${asFile.upstream}'`, () => {
      accumulateFolder(stage, loader, { path, into, as: 'base' })
    })
  }
}

// What no folder could make good.
const FINAL: ReadonlySet<string> = new Set([
  'KUSTOMIZE_REMOTE',
  'SOURCE_ESCAPE',
  'SOURCE_LINK_LOOP',
  'SOURCE_FILE_SIZE',
  'YAML_DEPTH',
  'YAML_EXPANSION',
])

function located(error: KustomizeError, entry: string): KustomizeError {
  const hint = error.hint === '' ? `see ${entry}` : `${error.hint} (${entry})`
  return new KustomizeError(error.code, error.upstream, { hint, cause: error.cause })
}

function accumulateFile({ target, origin }: Stage, into: Accumulator, path: string): void {
  const { build, loader } = target
  const resources = during(`accumulating resources from '${path}'`, () => {
    const origin_ = { path: loader.locate(path) }
    return build.readFile(loader, path).map((node) => new Resource(node, build.scopes, origin_))
  })
  if (origin !== undefined)
    for (const resource of resources) setOrigin(resource, originBelow(origin, path))
  during(`merging resources from '${path}'`, () => {
    into.set.appendAll(resources)
  })
}

function accumulateComponents(stage: Stage, into: Accumulator): Accumulator {
  let all = into
  for (const path of stage.target.kustomization.components ?? []) {
    const loader = attemptValue(() => stage.target.loader.enter(path))
    if (loader instanceof KustomizeError)
      throw loader.reworded(`loader.New ${JSON.stringify(loader.upstream)}`)
    const parent = all
    try {
      all = accumulateFolder(stage, loader, { path, into: parent, as: 'component' })
    } catch (error) {
      if (!(error instanceof KustomizeError)) throw error
      throw error.reworded(`accumulateDirectory: ${JSON.stringify(error.upstream)}`)
    }
  }
  return all
}

interface Entry {
  readonly path: string
  readonly into: Accumulator
  readonly as: 'base' | 'component'
}

function accumulateFolder(stage: Stage, loader: Loader, { path, into, as }: Entry): Accumulator {
  const { target: parent, origin } = stage
  const target = during(`couldn't make target for path '/${loader.root}'`, () =>
    loadTarget(parent.build, loader),
  )
  if (stage.depth >= DEPTH_MAX)
    throw new KustomizeError(
      'KUSTOMIZE_LIMIT',
      `kustomizations nested more than ${DEPTH_MAX} deep at '/${loader.root}'`,
    )
  const { kind } = target.kustomization
  chooseSchema(target)
  if (as === 'component' && kind !== 'Component')
    throw new KustomizeError(
      'KUSTOMIZE_FILE',
      `expected kind 'Component' for path '/${loader.root}' but got '${kind}'`,
      { hint: 'list it in "resources", or make it a Component' },
    )
  if (as === 'base' && kind === 'Component')
    throw new KustomizeError(
      'KUSTOMIZE_FILE',
      `expected kind != 'Component' for path '/${loader.root}'`,
      {
        hint: 'list it in "components"',
      },
    )
  const inner: Stage = {
    target: {
      ...target,
      kustomization: {
        ...target.kustomization,
        buildMetadata: parent.kustomization.buildMetadata,
      },
    },
    origin: origin === undefined ? undefined : originBelow(origin, path),
    helmNamespace: parent.kustomization.namespace || stage.helmNamespace,
    depth: stage.depth + 1,
    gather: stage.gather,
  }
  const gathered = during(`recursed accumulation of path '/${loader.root}'`, () =>
    as === 'component' ? accumulate(inner, into) : accumulate(inner),
  )
  if (as === 'component') return gathered
  during(`recursed merging from path '/${loader.root}'`, () => {
    into.merge(gathered)
  })
  return into
}

function attempt(step: () => void): KustomizeError | undefined {
  const result = attemptValue(step)
  return result instanceof KustomizeError ? result : undefined
}

function attemptValue<Result>(step: () => Result): Result | KustomizeError {
  try {
    return step()
  } catch (error) {
    if (error instanceof KustomizeError) return error
    throw error
  }
}
