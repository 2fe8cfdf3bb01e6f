import { connect } from '../client/api-client.ts'
import { print } from '../client/print.ts'
import { VERSION } from '../version.ts'
import { choiceOf, type OutputOptions } from './options.ts'

/** `tidemark version`: this program, and the plane where one is reached. */
export async function version(options: OutputOptions): Promise<void> {
  const server = await serverVersion(options)
  const client = { version: VERSION, node: process.versions.node }
  print(options.output, {
    value: { client, server },
    text: () =>
      [
        `client  ${client.version}  (Node ${client.node}, ${process.platform} ${process.arch})`,
        `server  ${server === undefined ? 'none runs here' : `${server.version}  (${server.form})`}`,
      ].join('\n'),
    names: () => [client.version],
  })
}

async function serverVersion(
  options: OutputOptions,
): Promise<{ readonly version: string; readonly form: string } | undefined> {
  try {
    using api = await connect(choiceOf(options))
    const { version: running, form } = await api.call(api.raw.getStatus, {})
    return { version: running, form }
  } catch (error) {
    if (options.server !== undefined) throw error
    return undefined
  }
}
