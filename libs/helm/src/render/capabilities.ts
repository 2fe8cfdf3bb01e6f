import {
  fixed,
  GoMap,
  type GoObject,
  GoSlice,
  type Methods,
  type SliceType,
  STRUCT_MAP,
  toBytes,
  type Value,
} from '@tidemark/go-template'
import { type FlavourRules } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { DEFAULT_API_VERSIONS } from './api-versions.ts'

/** What `.Capabilities` says of cluster and tool. */
export interface Capabilities {
  /** Like `1.33` or `v1.33.2`; the flavour's own where none is given. */
  readonly kubeVersion?: string
  /** Added to the versions that Helm knows; in place of them with `apiVersionsOnly`. */
  readonly apiVersions?: readonly string[]
  readonly apiVersionsOnly?: boolean
  readonly helmVersion?: HelmVersion
}

export interface HelmVersion {
  readonly version: string
  readonly gitCommit?: string
  readonly gitTreeState?: string
  readonly goVersion: string
  /** Known to Helm 4 alone. */
  readonly kubeClientVersion?: string
}

export interface KubeVersion {
  /** As templates see it. */
  readonly version: string
  /** As constraints see it: `v1.33.2`. */
  readonly normalized: string
  readonly major: string
  readonly minor: string
}

const VERSION = /^\s*v?([0-9]+(?:\.[0-9]+)*)/

/**
 * Reads a version as Kubernetes does (`ParseGeneric`): at least two numbers; what follows is dropped, or kept for
 * templates alone.
 */
export function parseKubeVersion(
  text: string,
  suffix: FlavourRules['kubeVersionSuffix'] = 'dropped',
): KubeVersion {
  const numbers = VERSION.exec(text.split('\n')[0] ?? '')?.[1]
  if (numbers === undefined) refuse(text, `could not parse "${text}" as version`)
  const parts = numbers.split('.')
  if (parts.length < 2) refuse(text, `illegal version string "${text}"`)
  const components = parts.map((part) => {
    if (part.length > 1 && part.startsWith('0'))
      refuse(text, `illegal zero-prefixed version component "${part}" in "${text}"`)
    return String(Number(part))
  })
  const [major = '', minor = ''] = components
  const normalized = `v${components.join('.')}`
  if (suffix === 'dropped') return { version: normalized, normalized, major, minor }
  return { version: text.startsWith('v') ? text : `v${text}`, normalized, major, minor }
}

function refuse(text: string, reason: string): never {
  throw new HelmError('ARGUMENT', `invalid kube version '${text}': ${reason}`)
}

/** The versions of the APIs that a render assumes. */
function apiVersionsOf(
  { apiVersions = [], apiVersionsOnly = false }: Capabilities,
  { flavour }: FlavourRules,
): readonly string[] {
  return apiVersionsOnly ? apiVersions : [...DEFAULT_API_VERSIONS[flavour], ...apiVersions]
}

export function kubeVersionOf({ kubeVersion }: Capabilities, rules: FlavourRules): KubeVersion {
  return parseKubeVersion(kubeVersion ?? rules.kubeVersion, rules.kubeVersionSuffix)
}

/** `*chartutil.Capabilities` (`*common.Capabilities` in Helm 4), as templates see it. */
export function capabilitiesObject(capabilities: Capabilities, rules: FlavourRules): GoObject {
  const versions = apiVersionsOf(capabilities, rules).map(toBytes)
  return struct(`*${rules.capabilitiesPackage}.Capabilities`, [
    ['KubeVersion', kubeVersionObject(kubeVersionOf(capabilities, rules), rules)],
    ['APIVersions', new GoSlice(versions, versionSetOf(new Set(versions), rules))],
    ['HelmVersion', helmVersionObject(capabilities.helmVersion ?? rules.helmVersion)],
  ])
}

function versionSetOf(
  versions: ReadonlySet<string>,
  { capabilitiesPackage }: FlavourRules,
): SliceType {
  return {
    name: `${capabilitiesPackage}.VersionSet`,
    element: 'string',
    underlying: '[]string',
    methods: {
      Has: () =>
        fixed(['string'], ([version]) => typeof version === 'string' && versions.has(version)),
    },
  }
}

function kubeVersionObject(
  { version, normalized, major, minor }: KubeVersion,
  { capabilitiesPackage, kubeVersionSuffix }: FlavourRules,
): GoObject {
  const asText = (): string => toBytes(normalized)
  const shown: readonly (readonly [string, Value])[] = [
    ['Version', toBytes(version)],
    ['Major', major],
    ['Minor', minor],
  ]
  const [first, ...others] = shown
  const hidden = ['normalizedVersion', asText()] as const
  const isHelm3 = kubeVersionSuffix === 'dropped' || first === undefined
  return {
    ...struct(`${capabilitiesPackage}.KubeVersion`, isHelm3 ? shown : [first, hidden, ...others], {
      String: () => fixed([], asText),
      GitVersion: () => fixed([], () => toBytes(version)),
    }),
    ...(isHelm3 ? {} : { unexported: [hidden[0]], asJson: () => jsonOf(shown) }),
    addressedText: asText,
  }
}

function jsonOf(fields: readonly (readonly [string, Value])[]): GoMap {
  return new GoMap(new Map(fields), STRUCT_MAP)
}

function helmVersionObject({
  version,
  gitCommit = '',
  gitTreeState = '',
  goVersion,
  kubeClientVersion,
}: HelmVersion): GoObject {
  const client = kubeClientVersion === undefined ? [] : [toBytes(kubeClientVersion)]
  const json = new Map<string, Value>([
    ['version', version],
    ['git_commit', gitCommit],
    ['git_tree_state', gitTreeState],
    ['go_version', goVersion],
  ])
  return {
    ...struct('version.BuildInfo', [
      ['Version', toBytes(version)],
      ['GitCommit', toBytes(gitCommit)],
      ['GitTreeState', toBytes(gitTreeState)],
      ['GoVersion', toBytes(goVersion)],
      ...client.map((text): [string, Value] => ['KubeClientVersion', text]),
    ]),
    asJson: () =>
      jsonOf([
        ...[...json].filter(([, text]) => text !== ''),
        ...client.map((text): [string, Value] => ['kube_client_version', text]),
      ]),
  }
}

function struct(
  goType: string,
  fields: readonly (readonly [string, Value])[],
  methods: Methods = {},
): GoObject {
  return {
    goType,
    goKind: goType.startsWith('*') ? 'ptr' : 'struct',
    fields: fields.map(([name, value]) => ({ name, value })),
    methods,
  }
}
