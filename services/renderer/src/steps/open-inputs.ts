import { InputKind, type Input, type RenderRequested } from '@tidemark/contracts'
import type { FluxInput } from '@tidemark/flux'
import { Masker } from '@tidemark/sealing'
import { decodeValues, type Blobs } from '@tidemark/service'

/** The Secrets and ConfigMaps that a render takes in, with their values. Those that are optional and not there are left out. */
export async function openInputs(
  blobs: Pick<Blobs, 'get'>,
  requested: RenderRequested,
  signal: AbortSignal,
): Promise<readonly FluxInput[]> {
  const there = namedInputs(requested).filter(({ blob }) => blob !== '')
  return await Promise.all(
    there.map(async ({ kind, ref, blob }): Promise<FluxInput> => {
      const values = decodeValues(await blobs.get(blob, signal)).reveal()
      const [namespace = '', name = ''] = ref.split('/')
      return { kind: KINDS[kind] ?? 'ConfigMap', namespace, name, values }
    }),
  )
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
