import { printYaml } from '@tidemark/yaml'
import { ORIGIN_ANNOTATION, type Resource, TRANSFORMATIONS_ANNOTATION } from '../resource.ts'

/** Where kustomize says that an object, or the configuration of a step, came from (`buildMetadata`). */
export interface OriginNote {
  /** From the folder that is built. */
  readonly path: string
  readonly configuredIn: string
  readonly configuredBy:
    | {
        readonly apiVersion: string
        readonly kind: string
        readonly name: string
        readonly namespace: string
      }
    | undefined
}

export const NO_ORIGIN: OriginNote = { path: '', configuredIn: '', configuredBy: undefined }

/** The origin one step further down. */
export function originBelow(origin: OriginNote, path: string): OriginNote {
  return { ...origin, path: joinClean(origin.path, path) }
}

/** The origin of what a built-in generator or transformer of a kustomization does. */
export function builtinOrigin(origin: OriginNote, fileName: string, kind: string): OriginNote {
  return {
    path: '',
    configuredIn: joinClean(origin.path, fileName),
    configuredBy: { apiVersion: 'builtin', kind, name: '', namespace: '' },
  }
}

/** The origin of what a plugin does whose configuration is an object. */
export function pluginOrigin(config: Resource): OriginNote | undefined {
  const written = config.annotation(ORIGIN_ANNOTATION)
  const path = written === undefined ? undefined : /^path: (.*)$/m.exec(written)?.[1]
  if (path === undefined) return undefined
  const { apiVersion, kind, name, namespace } = config
  return { path: '', configuredIn: path, configuredBy: { apiVersion, kind, name, namespace } }
}

export function setOrigin(resource: Resource, origin: OriginNote): void {
  resource.setAnnotations(resource.annotations.set(ORIGIN_ANNOTATION, originText(origin)))
}

/** Notes a step on an object; on one that has no origin yet, that the step made it. */
export function noteStep(resource: Resource, origin: OriginNote): void {
  const { annotations } = resource
  if (!annotations.has(ORIGIN_ANNOTATION)) {
    setOrigin(resource, origin)
    return
  }
  const before = annotations.get(TRANSFORMATIONS_ANNOTATION) ?? ''
  const item = `- ${originText(origin).trimEnd().replaceAll('\n', '\n  ')}\n`
  resource.setAnnotations(annotations.set(TRANSFORMATIONS_ANNOTATION, before + item))
}

/** The note as YAML, fields in the order of upstream's struct. */
function originText({ path, configuredIn, configuredBy }: OriginNote): string {
  const lines = [line('path', path), line('configuredIn', configuredIn)]
  if (configuredBy !== undefined) {
    const { apiVersion, kind, name, namespace } = configuredBy
    lines.push('configuredBy:\n')
    for (const [key, value] of Object.entries({ apiVersion, kind, name, namespace })) {
      const text = line(key, value)
      if (text !== '') lines.push(`  ${text}`)
    }
  }
  const text = lines.join('')
  return text === '' ? '{}\n' : text
}

function line(name: string, value: string): string {
  return value === '' ? '' : `${name}: ${printYaml(value, 'yaml3')}`
}

function joinClean(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}
