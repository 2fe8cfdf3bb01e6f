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
import { HelmError } from '../helm-error.ts'
import { DEFAULT_API_VERSIONS } from './api-versions.ts'

/** What `.Capabilities` says of cluster and tool. */
export interface Capabilities {
  /** Like `1.33` or `v1.33.2`; Helm's own default is v1.20.0 where none is given. */
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
}

export interface KubeVersion {
  readonly version: string
  readonly major: string
  readonly minor: string
}

const KUBE_VERSION_DEFAULT = 'v1.20.0'
const HELM_VERSION_DEFAULT: HelmVersion = { version: 'v3.22.0', goVersion: 'go1.26.8' }
const VERSION = /^\s*v?([0-9]+(?:\.[0-9]+)*)(.*)*$/

/** Reads a version as Kubernetes does (`ParseGeneric`): at least two numbers, what follows is dropped. */
export function parseKubeVersion(text: string): KubeVersion {
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
  return { version: `v${components.join('.')}`, major, minor }
}

function refuse(text: string, reason: string): never {
  throw new HelmError('ARGUMENT', `invalid kube version '${text}': ${reason}`)
}

/** The versions of the APIs that a render assumes. */
function apiVersionsOf({
  apiVersions = [],
  apiVersionsOnly = false,
}: Capabilities): readonly string[] {
  return apiVersionsOnly ? apiVersions : [...DEFAULT_API_VERSIONS, ...apiVersions]
}

export function kubeVersionOf({ kubeVersion }: Capabilities): KubeVersion {
  return parseKubeVersion(kubeVersion ?? KUBE_VERSION_DEFAULT)
}

/** `*chartutil.Capabilities`, as templates see it. */
export function capabilitiesObject(capabilities: Capabilities): GoObject {
  const versions = apiVersionsOf(capabilities).map(toBytes)
  const set = new Set(versions)
  return struct('*chartutil.Capabilities', [
    ['KubeVersion', kubeVersionObject(kubeVersionOf(capabilities))],
    ['APIVersions', new GoSlice(versions, versionSetOf(set))],
    ['HelmVersion', helmVersionObject(capabilities.helmVersion ?? HELM_VERSION_DEFAULT)],
  ])
}

function versionSetOf(versions: ReadonlySet<string>): SliceType {
  return {
    name: 'chartutil.VersionSet',
    element: 'string',
    underlying: '[]string',
    methods: {
      Has: () =>
        fixed(['string'], ([version]) => typeof version === 'string' && versions.has(version)),
    },
  }
}

function kubeVersionObject({ version, major, minor }: KubeVersion): GoObject {
  const asText = (): string => toBytes(version)
  return {
    ...struct(
      'chartutil.KubeVersion',
      [
        ['Version', asText()],
        ['Major', major],
        ['Minor', minor],
      ],
      { String: () => fixed([], asText), GitVersion: () => fixed([], asText) },
    ),
    addressedText: asText,
  }
}

function helmVersionObject({
  version,
  gitCommit = '',
  gitTreeState = '',
  goVersion,
}: HelmVersion): GoObject {
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
    ]),
    asJson: () => new GoMap(new Map([...json].filter(([, text]) => text !== '')), STRUCT_MAP),
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
