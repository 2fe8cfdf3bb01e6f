import { isYamlMap, parseYaml, type YamlValue } from '@tidemark/yaml'
import type { Parcel } from '../../ports.ts'
import { ProviderRefused } from './exchange.ts'

/** What a Provider and its Secret say together, by Flux's keys: the Secret's address wins. */
export interface ProviderAccess {
  readonly address: string
  readonly token: string
  readonly username: string
  readonly password: string
  readonly headers: Readonly<Record<string, string>>
}

export function providerAccess({ provider, credentials }: Parcel): ProviderAccess {
  const text = (key: string): string => textIn(credentials, key)
  const address = text('address').trim() || provider.address
  if (address === '')
    throw new ProviderRefused('PROVIDER_ADDRESS', 'neither spec.address nor its Secret says where')
  return {
    address,
    token: text('token').trim(),
    username: provider.username || text('username'),
    password: text('password'),
    headers: headersOf(text('headers')),
  }
}

/** A text of a Secret; empty where it is missing. */
export function textIn(values: Parcel['credentials'], key: string): string {
  return Buffer.from(values?.reveal().get(key) ?? []).toString('utf8')
}

function headersOf(yaml: string): Readonly<Record<string, string>> {
  if (yaml.trim() === '') return {}
  try {
    const parsed = parseYaml(yaml, { flavour: 'yaml2', duplicateKeys: 'error' })
    if (!isYamlMap(parsed)) throw new Error('no map')
    return Object.fromEntries([...parsed].map(([name, value]) => [name, scalarOf(value)]))
  } catch {
    throw new ProviderRefused(
      'PROVIDER_SECRET',
      'the key headers of its Secret is to be a YAML map of names and texts',
    )
  }
}

function scalarOf(value: YamlValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object') throw new Error('no scalar')
  return String(value)
}
