import { type FunctionTable, helm4Functions, helmFunctions } from '@tidemark/go-template'
import { type HelmVersion } from './render/capabilities.ts'
import { type NullRule } from './values/coalesce.ts'

/** Whose charts: `helm3` is `helm template` of 3.22, `helm4` is the SDK of 4.2 that Flux 2.9 uses. */
export type Flavour = 'helm3' | 'helm4'

/** All that differs between the two. README.md has the same as a table for people. */
export interface FlavourRules {
  readonly flavour: Flavour
  readonly functions: FunctionTable
  /** Where no cluster says it. */
  readonly kubeVersion: string
  readonly helmVersion: HelmVersion
  /** Where `Capabilities` and its parts come from, as `%T` prints it. */
  readonly capabilitiesPackage: string
  /** `dropped`: v1.33.2-gke.1 is v1.33.2. `kept`: only constraints see it without. */
  readonly kubeVersionSuffix: 'dropped' | 'kept'
  /** What `.Chart` is. A field that a map does not have is nothing, that of a struct an error. */
  readonly chart: 'struct' | 'map'
  /** `.Files.Lines` of an empty file. */
  readonly linesOfEmptyFile: 'none' | 'panic'
  /** Documents of a values file after the first one. */
  readonly valuesDocuments: 'first' | 'merged'
  /** `--set-json` takes an object without a key. */
  readonly setJsonObject: 'refused' | 'merged'
  /** What null does where defaults go below what was given. */
  readonly nulls: NullRule
  /** Whether charts under two aliases share their dependencies, and so the path of these. */
  readonly aliased: 'shared' | 'copied'
  /** What follows the kinds that both know in the order of installation. */
  readonly lastKinds: readonly string[]
  /** What a message calls the head of a manifest. */
  readonly headType: string
  /** Which space goes with the `---` between documents. */
  readonly separators: 'all-space' | 'line'
  /** How an error of a template is told. */
  readonly executionErrors: 'one-line' | 'each-level'
  /** Whether a declared dependency that is not there is refused before a render. */
  readonly missingDependencies: 'refused' | 'ignored'
  /** Before the reason why dependencies cannot be processed. */
  readonly dependencyProblem: string
}

const HELM_3: FlavourRules = {
  flavour: 'helm3',
  functions: helmFunctions,
  kubeVersion: 'v1.20.0',
  helmVersion: { version: 'v3.22.0', goVersion: 'go1.26.8' },
  capabilitiesPackage: 'chartutil',
  kubeVersionSuffix: 'dropped',
  chart: 'struct',
  linesOfEmptyFile: 'none',
  valuesDocuments: 'first',
  setJsonObject: 'refused',
  nulls: 'coalesce',
  aliased: 'shared',
  lastKinds: [],
  headType: 'releaseutil.SimpleHead',
  separators: 'all-space',
  executionErrors: 'one-line',
  missingDependencies: 'refused',
  dependencyProblem: '',
}

const HELM_4: FlavourRules = {
  flavour: 'helm4',
  functions: new Map([...helmFunctions, ...Object.entries(helm4Functions)]),
  kubeVersion: 'v1.36.0',
  helmVersion: { version: 'v4.2', goVersion: 'go1.26.8', kubeClientVersion: 'v1.36' },
  capabilitiesPackage: 'common',
  kubeVersionSuffix: 'kept',
  chart: 'map',
  linesOfEmptyFile: 'panic',
  valuesDocuments: 'merged',
  setJsonObject: 'merged',
  nulls: 'coalesce-without-default-nulls',
  aliased: 'copied',
  lastKinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  headType: 'util.SimpleHead',
  separators: 'line',
  executionErrors: 'each-level',
  missingDependencies: 'ignored',
  dependencyProblem: 'chart dependencies processing failed: ',
}

export function rulesOf(flavour: Flavour = 'helm3'): FlavourRules {
  return flavour === 'helm3' ? HELM_3 : HELM_4
}
