import { EnvsubstError } from '@tidemark/envsubst'
import { DataKeysMissing, RenderRefused, renderKustomization } from '@tidemark/flux'
import { freshValues } from '@tidemark/go-template'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { buildKustomization, helmRenderer, KustomizeError } from '@tidemark/kustomize'
import { isJsonList, isJsonObject, type Json } from '@tidemark/manifests'
import { SourceError } from '@tidemark/source-tree'
import { printYaml, type YamlValue } from '@tidemark/yaml'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CommandError, EXIT } from '../client/exit-codes.ts'
import { type DiskSource, openDisk } from '../render/disk-tree.ts'
import { type FluxFile, readFluxFile } from '../render/flux-file.ts'

/** Where a command writes. */
export interface RenderIo {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

const USAGE = `usage: tidemark render kustomize [DIR] [--flux FILE] [--root DIR]

Prints what "kustomize build DIR" prints (5.8; without plugins and network; charts are rendered from the files).

  --flux FILE  print what the Flux Kustomization in FILE delivers; without DIR its spec.path is taken.
               ConfigMaps and Secrets that it takes variables from may stand in FILE as well
  --root DIR   what no path may leave; by default the Git repository around DIR, or else nothing

Examples:
  tidemark render kustomize overlays/prod
  tidemark render kustomize --flux clusters/prod/shop.yaml
`

const OPTIONS = {
  flux: { type: 'string' },
  root: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const charts = helmRenderer({
  generated: freshValues({ random: systemRandom, clock: systemClock }),
})

/** `tidemark render kustomize`; returns the exit code. Warnings go to `io.err`, as upstream's do. */
export function renderKustomize(argv: readonly string[], io: RenderIo): number {
  try {
    return run(argv, io)
  } catch (error) {
    if (!isRefusal(error)) throw error
    io.err(`tidemark: ${error.message}\n`)
    return error instanceof CommandError ? error.exitCode : EXIT.failed
  }
}

function run(argv: readonly string[], io: RenderIo): number {
  const { values, positionals } = readArguments(argv)
  if (values.help === true) {
    io.out(USAGE)
    return EXIT.ok
  }
  if (positionals.length > 1) throw usage('give one folder')
  const [folder] = positionals
  const { yaml, warnings } =
    values.flux === undefined
      ? buildKustomization({ ...open(folder ?? '.', values.root), charts })
      : buildFlux(values.flux, folder, values.root)
  for (const warning of warnings) io.err(`${warning}\n`)
  io.out(yaml)
  return EXIT.ok
}

function readArguments(argv: readonly string[]): {
  values: { flux?: string; root?: string; help?: boolean }
  positionals: readonly string[]
} {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw usage(error instanceof Error ? error.message : 'cannot read the arguments')
  }
}

function buildFlux(
  file: string,
  folder: string | undefined,
  root: string | undefined,
): { readonly yaml: string; readonly warnings: readonly string[] } {
  const { object, inputs } = readFluxFile(file, readText(file))
  const { tree, path } = open(folder ?? '.', root)
  const { objects, warnings } = inClear(file, () =>
    renderKustomization(tree, folder === undefined ? object : at(object, path), { inputs, charts }),
  )
  const yaml = objects.map((each) => printYaml(toYaml(each), 'yaml2')).join('---\n')
  return { yaml, warnings }
}

/** The keys of what SOPS encrypted are on the cluster, and this command asks no cluster. */
function inClear<Rendered>(file: string, render: () => Rendered): Rendered {
  try {
    return render()
  } catch (error) {
    if (!(error instanceof DataKeysMissing)) throw error
    const what = `${file}: what it delivers is encrypted, and the keys of spec.decryption are on the cluster`
    throw new CommandError(
      `${what}; look at a release of a plane: tidemark describe, tidemark diff`,
    )
  }
}

/** The same object, built in another folder. */
function at(object: FluxFile['object'], path: string): FluxFile['object'] {
  const spec = object['spec']
  return isJsonObject(spec) ? { ...object, spec: { ...spec, path: `./${path}` } } : object
}

function open(folder: string, root: string | undefined): DiskSource {
  try {
    return openDisk(folder, root)
  } catch (error) {
    throw unreadable(folder, error)
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(path: string, error: unknown): CommandError {
  const reason = error instanceof Error ? error.message : 'no reason given'
  return new CommandError(`cannot read ${path}: ${reason}`, EXIT.notFound)
}

function toYaml(value: Json): YamlValue {
  if (isJsonList(value)) return value.map(toYaml)
  if (!isJsonObject(value)) return value
  return new Map(Object.entries(value).map(([key, each]) => [key, toYaml(each)]))
}

function usage(message: string): CommandError {
  return new CommandError(`${message}\n\n${USAGE}`, EXIT.usage)
}

function isRefusal(error: unknown): error is Error {
  return [CommandError, KustomizeError, SourceError, RenderRefused, EnvsubstError].some(
    (kind) => error instanceof kind,
  )
}
