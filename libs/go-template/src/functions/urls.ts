import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import { GoMap, kindName, type Value } from '../values.ts'
import { mapOf, textOf } from './arguments.ts'
import { formatUrl, type GoUrl, hostnameOf, parseUrl } from './url-parse.ts'

/** URL functions of sprig v3.3.0. Names are never resolved: `getHostByName` gives nothing, as Helm without `--enable-dns`. */
export const urlFunctions: Readonly<Record<string, GoFunction>> = {
  getHostByName: fixed(['string'], () => ''),
  urlParse: fixed(['string'], ([text]) => {
    const url = parsed(textOf(text), 'unable to parse url')
    return new GoMap(
      new Map<string, Value>([
        ['scheme', url.scheme],
        ['host', url.host],
        ['hostname', hostnameOf(url)],
        ['path', url.path],
        ['query', url.query],
        ['opaque', url.opaque],
        ['fragment', url.fragment],
        ['userinfo', url.userinfo ?? ''],
      ]),
    )
  }),
  urlJoin: fixed(['map[string]interface {}'], ([parts]) => {
    const part = (name: string): string => partOf(mapOf(parts), name)
    const url = {
      scheme: part('scheme'),
      host: part('host'),
      path: part('path'),
      query: part('query'),
      opaque: part('opaque'),
      fragment: part('fragment'),
    }
    const userinfo = part('userinfo')
    if (userinfo === '') return formatUrl({ ...url, userinfo: undefined })
    const user = parsed(`proto://${userinfo}@host`, 'unable to parse userinfo in dict')
    return formatUrl({ ...url, userinfo: user.userinfo })
  }),
}

function parsed(text: string, problem: string): GoUrl {
  try {
    return parseUrl(text)
  } catch (error) {
    if (error instanceof FunctionError)
      throw new FunctionError(`${problem}: ${error.message}`, { cause: error })
    throw error
  }
}

function partOf(parts: GoMap, name: string): string {
  if (!parts.entries.has(name)) return ''
  const value = parts.entries.get(name)
  if (typeof value === 'string') return value
  if (value === null || value === undefined)
    throw new FunctionError('runtime error: invalid memory address or nil pointer dereference')
  throw new FunctionError(
    `unable to parse ${name} key, must be of type string, but ${kindName(value)} found`,
  )
}
