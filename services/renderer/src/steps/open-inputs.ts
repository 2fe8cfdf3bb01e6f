import { InputKind, type Input, type RenderRequested } from '@tidemark/contracts'
import { inputFor, readApplication, type FluxInput, type Reference } from '@tidemark/flux'
import { Masker } from '@tidemark/sealing'
import { decodeValues, type Blobs } from '@tidemark/service'
import { readPrivateKeys, SopsError, unwrapDataKey, type KeySet } from '@tidemark/sops'
import type { RenderJob } from '../ports.ts'

/** The Secrets and ConfigMaps that a render takes in, with their values. Those that are optional and not there are left out. */
export async function openInputs(
  blobs: Pick<Blobs, 'get'>,
  requested: RenderRequested,
  signal: AbortSignal,
): Promise<OpenedInputs> {
  const there = namedInputs(requested).filter(({ blob }) => blob !== '')
  if (there.length === 0) return { all: [], given: [], unwrap: noKeys }
  const all = await Promise.all(
    there.map(async ({ kind, ref, blob }): Promise<FluxInput> => {
      const values = decodeValues(await blobs.get(blob, signal)).reveal()
      const [namespace = '', name = ''] = ref.split('/')
      return { kind: KINDS[kind] ?? 'ConfigMap', namespace, name, values }
    }),
  )
  const references = referencesIn(requested.objectJson)
  const keys = references.find(({ use }) => use === 'decrypt')
  const values = keys === undefined ? undefined : inputFor(keys, all)
  const rendered = references.filter(({ use }) => use !== 'decrypt')
  const isGiven = (input: FluxInput): boolean =>
    input.values !== values || rendered.some((reference) => inputFor(reference, [input]))
  return {
    all,
    given: all.filter(isGiven),
    unwrap: values === undefined ? noKeys : (set) => unwrapWith(values, set),
  }
}

export interface OpenedInputs {
  readonly all: readonly FluxInput[]
  /** Those that the render itself is given: without the private keys. */
  readonly given: readonly FluxInput[]
  readonly unwrap: RenderJob['unwrap']
}

async function unwrapWith(
  values: FluxInput['values'],
  set: KeySet,
): Promise<Uint8Array | { readonly refused: string }> {
  try {
    return await unwrapDataKey(set, readPrivateKeys(values))
  } catch (error) {
    if (error instanceof SopsError) return { refused: error.message }
    throw error
  }
}

/** A file may need no Secret's key: then what is said is where its keys are. */
function noKeys(set: KeySet): ReturnType<RenderJob['unwrap']> {
  return unwrapWith(new Map(), set)
}

function referencesIn(objectJson: Uint8Array): readonly Reference[] {
  const read = readApplication(JSON.parse(Buffer.from(objectJson).toString('utf8')))
  return read?.kind === 'read' ? read.model.references : []
}

const KINDS: Readonly<Partial<Record<InputKind, FluxInput['kind']>>> = {
  [InputKind.INPUT_KIND_SECRET]: 'Secret',
  [InputKind.INPUT_KIND_CONFIG_MAP]: 'ConfigMap',
  [InputKind.INPUT_KIND_CAPABILITIES]: 'Capabilities',
  [InputKind.INPUT_KIND_HELM_RELEASE]: 'HelmRelease',
}

/** Of the inputs of a render, the Secrets and ConfigMaps. */
export function namedInputs({ inputs }: Pick<RenderRequested, 'inputs'>): readonly Input[] {
  return inputs.filter(({ kind }) => KINDS[kind] !== undefined)
}

/** Masks each value of a Secret wherever a text could show it (DECISIONS 10). */
export function maskerOf(inputs: readonly FluxInput[]): Masker {
  const secrets = inputs.filter(({ kind }) => kind === 'Secret')
  return new Masker(secrets.flatMap(({ values }) => Array.from(values.values())))
}
