import { KustomizeError } from '../kustomize-error.ts'
import type { Kustomization } from '../kustomization/model.ts'
import {
  checkKustomization,
  KUSTOMIZATION_FILE_NAMES,
  parseKustomization,
} from '../kustomization/parse-kustomization.ts'
import { readAsYaml2 } from '../kustomization/parse-kustomization.ts'
import { readCustomSchema } from '../schema/custom-schema.ts'
import type { Build } from './build.ts'
import type { Loader } from './loader.ts'

/** A kustomization that was read, and where it lies. */
export interface Target {
  readonly build: Build
  readonly loader: Loader
  readonly kustomization: Kustomization
  /** `kustomization.yaml` or one of its other names. */
  readonly fileName: string
}

/** Reads the kustomization of a folder. @throws KustomizeError: none there, several, or not a good one */
export function loadTarget(build: Build, loader: Loader): Target {
  const found = KUSTOMIZATION_FILE_NAMES.filter((name) => isThere(loader, name))
  const [fileName] = found
  if (fileName === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_MISSING',
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '/${loader.root}'`,
      { hint: 'add one that lists the files in "resources"' },
    )
  if (found.length > 1)
    throw new KustomizeError(
      'KUSTOMIZE_FILE',
      `Found multiple kustomization files under: /${loader.root}\n`,
      {
        hint: `keep one of ${found.join(', ')}`,
      },
    )
  try {
    const { kustomization, warnings } = build.rememberFile(
      `kustomization of ${loader.root}`,
      { loader, path: fileName },
      (source) => parseKustomization(source, loader.root),
    )
    for (const warning of warnings) build.warn(warning)
    return { build, loader, kustomization, fileName }
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error
    const place = loader.locate(fileName)
    throw new KustomizeError(error.code, error.upstream, {
      hint: error.hint === '' ? `in ${place}` : `${error.hint} (in ${place})`,
      cause: error.cause,
    })
  }
}

/** A kustomization that is not read from its file, but given. */
export function givenTarget(build: Build, loader: Loader, given: GivenKustomization): Target {
  const { kustomization, warnings } = checkKustomization(given.fields, loader.root)
  for (const warning of warnings) build.warn(warning)
  return { build, loader, kustomization, fileName: given.fileName }
}

/** What to build in place of the kustomization file of the folder. */
export interface GivenKustomization {
  /** What the file is called, or would be. */
  readonly fileName: string
  readonly fields: Kustomization
}

/** Lets the kustomization name the schemas to merge by. */
export function chooseSchema({ build, loader, kustomization }: Target): void {
  build.scopes.choose(kustomization.openapi ?? new Map(), (path) =>
    readCustomSchema(readAsYaml2(loader.load(path))),
  )
}

function isThere(loader: Loader, name: string): boolean {
  try {
    if (!loader.exists(name)) return false
    loader.digest(name)
    return true
  } catch (error) {
    if (error instanceof KustomizeError && ABSENT.has(error.code)) return false
    throw error
  }
}

const ABSENT: ReadonlySet<string> = new Set([
  'KUSTOMIZE_MISSING',
  'KUSTOMIZE_FILE',
  'KUSTOMIZE_ROOT',
])
