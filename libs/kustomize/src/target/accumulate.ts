import { RecordingTree } from '@tidemark/source-tree'
import { during, KustomizeError } from '../kustomize-error.ts'
import { loadConfigurations } from '../config/load-configurations.ts'
import { loadCrdConfig } from '../config/crd-config.ts'
import { runGenerators } from '../generators/run-generators.ts'
import { type Origin, Resource } from '../resource.ts'
import { ResourceSet } from '../resource-set.ts'
import { runTransformers, runValidators } from '../transformers/run-transformers.ts'
import { markVarSources, writtenVarText } from '../vars/var-set.ts'
import { Accumulator } from './accumulator.ts'
import { restore, takeDown } from './base-memo.ts'
import { Entered } from './entered.ts'
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
  into.mergeConfig(
    loadConfigurations(build, loader, kustomization.configurations ?? []),
    'merging config',
  )
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
  const { loader, fileName } = stage.target
  const file = loader.locate(fileName)
  for (const [at, path] of list.paths.entries()) {
    const entry = `${file}, ${list.field}[${at}]`
    if (loader.kindOf(path) === 'folder') accumulateBase(stage, into, { path, entry })
    else accumulateOther(stage, into, { path, entry })
  }
}

interface Listed {
  readonly path: string
  /** The place in the list, for messages. */
  readonly entry: string
}

/** A folder is a base; only when it is no good one is it told that it is no file either. */
function accumulateBase(stage: Stage, into: Accumulator, { path, entry }: Listed): void {
  const { loader } = stage.target
  const told = (): string => `accumulation err='${asFile(stage, into, path)?.upstream ?? ''}'`
  const inner = attemptValue(() => loader.enter(path))
  if (inner instanceof KustomizeError) throw located(inner.wrapped(told()), entry)
  during(told, () => {
    accumulateFolder(stage, inner, { path, into, as: 'base' })
  })
}

/** A file, or something that is not there. */
function accumulateOther(stage: Stage, into: Accumulator, { path, entry }: Listed): void {
  const refused = asFile(stage, into, path)
  if (refused === undefined) return
  // A file that is no YAML is a file; that no base is there says nothing.
  const isFinal = FINAL.has(refused.code) || refused.upstream.includes('MalformedYAMLError')
  if (isFinal) throw located(refused, entry)
  const asFolder = attemptValue(() => stage.target.loader.enter(path))
  if (!(asFolder instanceof KustomizeError)) throw located(refused, entry)
  const words = `accumulation err='${refused.upstream}': ${asFolder.upstream}`
  const { code, hint } = stage.target.loader.kindOf(path) === 'file' ? refused : asFolder
  throw located(new KustomizeError(code, words, { hint }), entry)
}

function asFile(stage: Stage, into: Accumulator, path: string): KustomizeError | undefined {
  return attempt(() => {
    accumulateFile(stage, into, path)
  })
}

// What no folder could make good.
const FINAL: ReadonlySet<string> = new Set([
  'KUSTOMIZE_REMOTE',
  'SOURCE_ESCAPE',
  'SOURCE_LINK_LOOP',
  'SOURCE_FILE_SIZE',
  'YAML_DEPTH',
  'YAML_EXPANSION',
  'YAML_DOCUMENTS',
])

function located(error: KustomizeError, entry: string): KustomizeError {
  const hint = error.hint === '' ? `see ${entry}` : `${error.hint} (${entry})`
  return new KustomizeError(error.code, error.upstream, { hint, cause: error.cause })
}

function accumulateFile({ target, origin }: Stage, into: Accumulator, path: string): void {
  const { build, loader } = target
  const resources = during(`accumulating resources from '${path}'`, () => {
    const written: Origin = { path: loader.locate(path) }
    const nodes = build.readFile(loader, path)
    return new ResourceSet(nodes.map((node) => new Resource(node, build.scopes, written))).resources
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

function accumulateFolder(stage: Stage, loader: Loader, entry: Entry): Accumulator {
  if (stage.depth >= DEPTH_MAX)
    throw new KustomizeError(
      'KUSTOMIZE_LIMIT',
      `kustomizations nested more than ${DEPTH_MAX} deep at '/${loader.root}'`,
    )
  stage.entered.add(loader.root)
  if (entry.as === 'component') return runFolder(stage, loader, entry)
  const gathered = rememberedFolder(stage, loader, entry)
  during(`recursed merging from path '/${loader.root}'`, () => {
    entry.into.merge(gathered)
  })
  return entry.into
}

/** A base as it was in an earlier build, where all that it read is as it was; else as it is now. */
function rememberedFolder(stage: Stage, loader: Loader, entry: Entry): Accumulator {
  const { build, kustomization } = stage.target
  const { scopes, cache } = build
  // With schemas of one's own, and with origins in annotations, a base depends on more than its files.
  if (!scopes.arePlain || stage.origin !== undefined) return runFolder(stage, loader, entry)
  const namespace = kustomization.namespace || stage.helmNamespace
  const key = JSON.stringify([
    loader.root,
    loader.restriction,
    namespace,
    build.charts !== undefined,
  ])
  const known = cache.bases.find(key, build.source)
  if (
    known !== undefined &&
    !known.entered.roots.some((root) => loader.isCycle(root) && root !== loader.root)
  ) {
    loader.tree.take(known.reads)
    for (const warning of known.warnings) build.warn(warning)
    stage.entered.addAll(known.entered)
    return restore(known, scopes)
  }
  const recorder = new RecordingTree(loader.tree)
  const entered = new Entered()
  const before = build.warnings.length
  const gathered = runFolder({ ...stage, entered }, loader.over(recorder), entry)
  stage.entered.addAll(entered)
  const warnings = build.warnings.slice(before)
  if (scopes.arePlain)
    cache.bases.store(key, takeDown(gathered, { warnings, entered, reads: recorder.reads() }))
  return gathered
}

function runFolder(stage: Stage, loader: Loader, { path, into, as }: Entry): Accumulator {
  const { target: parent, origin } = stage
  const target = during(`couldn't make target for path '/${loader.root}'`, () =>
    loadTarget(parent.build, loader),
  )
  chooseSchema(target)
  refuseWrongKind(target.kustomization.kind, loader, as)
  const { buildMetadata } = parent.kustomization
  const inner: Stage = {
    ...stage,
    target: { ...target, kustomization: { ...target.kustomization, buildMetadata } },
    origin: origin === undefined ? undefined : originBelow(origin, path),
    helmNamespace: parent.kustomization.namespace || stage.helmNamespace,
    depth: stage.depth + 1,
  }
  return during(`recursed accumulation of path '/${loader.root}'`, () =>
    as === 'component' ? accumulate(inner, into) : accumulate(inner),
  )
}

function refuseWrongKind(kind: string, loader: Loader, as: Entry['as']): void {
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
