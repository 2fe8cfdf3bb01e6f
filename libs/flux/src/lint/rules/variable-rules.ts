import { collectVariables, EnvsubstError, substitute } from '@tidemark/envsubst'
import { jsonFromYaml } from '@tidemark/manifests'
import { parseYaml, YamlError } from '@tidemark/yaml'
import { isRecord } from '../../fields.ts'
import { builtTexts, variablesOf, type BuiltText } from '../built-texts.ts'
import { at, KUSTOMIZATION, when, type Hit, type LintRule } from '../lint-rule.ts'
import type { LintObject, LintRepository } from '../read-repository.ts'

const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*$/u
const UNSET_MAX = 50 // Of one object; more is one mistake.

/** Traps of `spec.postBuild`, and of what must not reach a cluster as it is. */
export const VARIABLE_RULES: readonly LintRule[] = [
  {
    name: 'variable-undefined',
    severity: 'error',
    quirk:
      'Since 1.9 a variable without a value and without a default fails the whole build; the documentation still speaks of an empty text.',
    todo: 'write a default, as in ${name:=text}, or set it in spec.postBuild.substitute',
    kinds: KUSTOMIZATION,
    look: (object, repository) => {
      if (!substitutes(object, repository)) return []
      const { inline, given, isOpen } = variablesOf(object, repository)
      if (isOpen) return []
      const known = new Map([...given, inline].flatMap((map) => Array.from(map)))
      return builtTexts(object, repository).flatMap((text) => unsetIn(text, known, repository))
    },
  },
  {
    name: 'variable-syntax',
    severity: 'error',
    quirk:
      'Only part of what a shell takes is taken: `${v-x}`, `${v?x}`, `${v.x}`, `${{ v }}`, `${!v}` and `${}` fail the build, though the README has `${var-default}`.',
    todo: 'write ${name:-default}; a dollar that is none of these is $$',
    kinds: KUSTOMIZATION,
    look: (object, repository) =>
      substitutes(object, repository)
        ? builtTexts(object, repository).flatMap((text) => syntaxOf(text, repository))
        : [],
  },
  {
    name: 'variable-name',
    severity: 'error',
    quirk:
      'Names of variables have letters, digits and _, and no digit first: any other fails the build.',
    todo: 'rename it',
    kinds: KUSTOMIZATION,
    look: ({ spec }) =>
      substitutesOf(spec)
        .filter(([name]) => !NAME.test(name))
        .map(([name]) => ({ field: `spec.postBuild.substitute.${name}`, message: 'is no name' })),
  },
  {
    name: 'variable-newline',
    severity: 'warning',
    quirk: 'Line breaks are taken out of the values of variables.',
    todo: 'put a text of several lines into a ConfigMap or a patch',
    kinds: KUSTOMIZATION,
    look: ({ spec }) =>
      substitutesOf(spec)
        .filter(([, value]) => typeof value === 'string' && value.trimEnd().includes('\n'))
        .map(([name]) => ({
          field: `spec.postBuild.substitute.${name}`,
          message: 'has line breaks, which are taken out',
        })),
  },
  {
    name: 'variable-type',
    severity: 'warning',
    quirk:
      'Variables are put into the text of an object, which is read again: `true` and `5` become a boolean and a number where a text is needed.',
    todo: 'write ${quote:="}${name}${quote:="}: quotes of YAML itself are gone after the build',
    kinds: KUSTOMIZATION,
    look: (object, repository) => {
      if (!substitutes(object, repository)) return []
      const { inline, given } = variablesOf(object, repository)
      return builtTexts(object, repository).flatMap((text) =>
        typesIn(text, [...given, inline], repository),
      )
    },
  },
  {
    name: 'variables-none',
    severity: 'warning',
    quirk:
      'Without a variable nothing is substituted, defaults neither, unless `substituteStrategy` is `Always`.',
    todo: 'set one, or write substituteStrategy: Always',
    kinds: KUSTOMIZATION,
    look: (object, repository) =>
      when(
        isRecord(at(object.spec, 'postBuild')) && !substitutes(object, repository),
        'spec.postBuild',
        'has no variable: nothing is substituted',
      ),
  },
  {
    name: 'encrypted-without-decryption',
    severity: 'error',
    quirk: 'A Secret that SOPS encrypted is an error for a Kustomization without `decryption`.',
    todo: 'write spec.decryption',
    kinds: KUSTOMIZATION,
    look: (object, repository) => {
      if (at(object.spec, 'decryption') !== undefined) return []
      return builtTexts(object, repository)
        .filter(({ yaml }) => /^sops:\n(?: .*\n)* {2,4}mac: /mu.test(yaml))
        .map(({ kind, name, file }) => ({
          field: 'spec',
          message: `delivers ${kind} ${name} (${file}), which is encrypted, and has no decryption`,
        }))
    },
  },
]

function substitutesOf(spec: unknown): readonly [string, unknown][] {
  const map = at(spec, 'postBuild', 'substitute')
  return isRecord(map) ? Object.entries(map) : []
}

/** Whether anything is put in. */
function substitutes(object: LintObject, repository: LintRepository): boolean {
  if (!isRecord(at(object.spec, 'postBuild'))) return false
  const { inline, given, isOpen } = variablesOf(object, repository)
  if (isOpen || [inline, ...given].some((map) => map.size > 0)) return true
  return at(object.spec, 'postBuild', 'substituteStrategy') === 'Always'
}

const DISABLED = /^ {4}kustomize\.toolkit\.fluxcd\.io\/substitute: "?disabled"?$/mu

function unsetIn(
  { yaml, file, kind, name }: BuiltText,
  known: ReadonlyMap<string, string>,
  repository: LintRepository,
): readonly Hit[] {
  if (DISABLED.test(yaml)) return []
  const variables = new Map(known)
  const unset: string[] = []
  while (unset.length < UNSET_MAX) {
    try {
      substitute(yaml, variables, { unset: 'error' })
      break
    } catch (error) {
      if (!(error instanceof EnvsubstError) || error.code !== 'ENVSUBST_UNSET') break
      const variable = /variable "(?<name>\w+)"/u.exec(error.message)?.groups?.['name']
      if (variable === undefined || variables.has(variable)) break
      unset.push(variable)
      variables.set(variable, 'x')
    }
  }
  return unset.map((variable) =>
    hitAt(
      repository,
      file,
      `\${${variable}`,
    )(`variable ${variable} in ${kind} ${name} has no value and no default`),
  )
}

function syntaxOf(
  { yaml, file, kind, name }: BuiltText,
  repository: LintRepository,
): readonly Hit[] {
  if (DISABLED.test(yaml)) return []
  try {
    substitute(yaml, new Map(), { unset: 'empty' })
    return []
  } catch (error) {
    if (!(error instanceof EnvsubstError) || error.code !== 'ENVSUBST_SYNTAX') return []
    const line = Number(/ (?<line>\d+):\d+/u.exec(error.message)?.groups?.['line'] ?? 1)
    const text = yaml.split('\n')[line - 1]?.trim() ?? ''
    const expression = /\$\{[^}]*\}?/u.exec(text)?.[0] ?? text
    return [
      hitAt(
        repository,
        file,
        expression,
      )(`${expression} in ${kind} ${name} is no expression: ${error.message}`),
    ]
  }
}

/** Texts that are none any more when variables are in. */
function typesIn(
  { yaml, file, kind, name }: BuiltText,
  sources: readonly ReadonlyMap<string, string>[],
  repository: LintRepository,
): readonly Hit[] {
  if (DISABLED.test(yaml)) return []
  try {
    const text = substitute(yaml, collectVariables(sources), { unset: 'empty' })
    const [before, after] = [read(yaml), read(text)]
    return TEXTS.flatMap((path) =>
      Object.entries(Object(at(after, ...path)))
        .filter(([key, value]) => {
          const was = at(before, ...path, key)
          return typeof was === 'string' && was.includes('${') && typeof value !== 'string'
        })
        .map(([key, value]) =>
          hitAt(
            repository,
            file,
            String(at(before, ...path, key)),
          )(
            `${path.join('.')}.${key} of ${kind} ${name} becomes ${JSON.stringify(value)}, which is no text`,
          ),
        ),
    )
  } catch (error) {
    if (error instanceof EnvsubstError || error instanceof YamlError) return []
    throw error
  }
}

function read(text: string): unknown {
  return jsonFromYaml(parseYaml(text, { flavour: 'yaml2', duplicateKeys: 'last-wins' }))
}

/** Maps whose values the API server wants to be texts. */
const TEXTS = [
  ['data'],
  ['stringData'],
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
] as const

/** A hit at the line of a file that has a text. */
function hitAt({ tree }: LintRepository, file: string, text: string): (message: string) => Hit {
  const field = 'spec.postBuild'
  if (tree.stat(file)?.kind !== 'file') return (message) => ({ field, message })
  const lines = Buffer.from(tree.read(file)).toString('utf8').split('\n')
  const line =
    Math.max(
      0,
      lines.findIndex((each) => each.includes(text)),
    ) + 1
  return (message) => ({ field, message, file, line })
}
