import { parseDuration } from '../fields.ts'
import { readFluxObject, textOf, type Read } from '../flux-object.ts'
import { nameIn } from './object-reference.ts'
import { PROVIDER_SPEC, PROVIDER_TYPES } from './provider-fields.ts'

const TIMEOUT_MS = 15_000 // Flux's default.

export type ProviderType = (typeof PROVIDER_TYPES)[number]

/** A Provider, with Flux's defaults filled in. */
export interface ProviderModel {
  readonly name: string
  readonly namespace: string
  readonly type: ProviderType
  readonly channel: string
  readonly username: string
  /** Where to send to, unless the Secret says it. */
  readonly address: string
  readonly timeoutMs: number
  readonly proxy: string
  readonly secretName: string
  readonly proxySecretName: string
  readonly certSecretName: string
  readonly suspend: boolean
}

/** Reads a Provider (notification.toolkit.fluxcd.io/v1beta3). */
export function readProvider(value: unknown): Read<ProviderModel> {
  const read = readFluxObject(value, PROVIDER_SPEC)
  if (read.kind === 'refused') return read
  const { metadata, spec } = read.model
  const type = PROVIDER_TYPES.find((known) => known === spec['type'])
  const secretName = nameIn(spec['secretRef'])
  if (type === undefined || (textOf(spec['address']) === '' && secretName === ''))
    return { kind: 'refused', problems: [NOWHERE] }
  return {
    kind: 'read',
    model: {
      ...metadata,
      type,
      channel: textOf(spec['channel']),
      username: textOf(spec['username']),
      address: textOf(spec['address']),
      timeoutMs: parseDuration(textOf(spec['timeout'])) ?? TIMEOUT_MS,
      proxy: textOf(spec['proxy']),
      secretName,
      proxySecretName: nameIn(spec['proxySecretRef']),
      certSecretName: nameIn(spec['certSecretRef']),
      suspend: spec['suspend'] === true,
    },
  }
}

/** Whether a Provider sets a status on a commit: it is told of what came of a commit, and of nothing else. */
export function setsCommitStatus(type: ProviderType): boolean {
  return type === 'github' || type === 'gitlab' || type === 'gitea'
}

const NOWHERE = {
  field: 'spec.address',
  message: 'is required, unless spec.secretRef names a Secret with the key address',
}
