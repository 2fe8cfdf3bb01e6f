import { jsonFromYaml, readManifests, textField, type JsonObject } from '@tidemark/manifests'
import { parseYamlStream } from '@tidemark/yaml'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { program } from '../rig/components/component.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export const CHART: string = join(ROOT, 'helm', 'tidemark')
export const FULL_VALUES: string = join(import.meta.dirname, 'full-values.yaml')
export const NAMESPACE = 'tidemark'

/** How a command ended, and what it printed. */
export interface Printed {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Sets of flags that the chart is rendered with. */
export const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['default values', []],
  ['each setting other than its default', ['--values', FULL_VALUES]],
]

/** `helm template`, of the real helm. */
export function helmTemplate(flags: readonly string[]): Printed {
  return helm('template', 'tidemark', CHART, '--namespace', NAMESPACE, ...flags)
}

/** Another command of the real helm. */
export function helm(...args: readonly string[]): Printed {
  return run(program('helm'), args)
}

/** `tidemark render helm`. */
export function tidemarkRender(flags: readonly string[]): Printed {
  return tidemark('render', 'helm', 'tidemark', CHART, '--namespace', NAMESPACE, ...flags)
}

/** The command line, as a process of its own. */
export function tidemark(...args: readonly string[]): Printed {
  const script = join(ROOT, 'cli', 'src', 'main.ts')
  return run(process.execPath, ['--conditions=source', script, ...args])
}

/** The objects of what was printed; what was refused is an error. */
export function objectsOf({ code, out, err }: Printed): readonly JsonObject[] {
  if (code !== 0) throw new Error(`rendering ended with ${code}: ${err}`)
  return parseYamlStream(out, { flavour: 'yaml2', duplicateKeys: 'error' }).flatMap((value) =>
    readManifests(jsonFromYaml(value), 'the chart').map(({ object }) => object),
  )
}

/** The objects of a kind. */
export function ofKind(objects: readonly JsonObject[], kind: string): readonly JsonObject[] {
  return objects.filter((object) => textField(object, 'kind') === kind)
}

/** The one object of a kind and name. */
export function objectNamed(
  objects: readonly JsonObject[],
  { kind, name }: { readonly kind: string; readonly name: string },
): JsonObject {
  const found = ofKind(objects, kind).find((object) => nameOf(object) === name)
  if (found === undefined) throw new Error(`the chart gives no ${kind}/${name}`)
  return found
}

export function nameOf(object: JsonObject): string {
  return textField(object, 'metadata', 'name') ?? ''
}

function run(command: string, args: readonly string[]): Printed {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  })
  return { code: status, out: stdout, err: stderr }
}
