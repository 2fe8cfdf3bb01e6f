import { parseJson } from '@tidemark/manifests'
import { connect } from '../client/api-client.ts'
import { formatYaml, print } from '../client/print.ts'
import { objectName, readRelease } from './read-release.ts'
import { choiceOf, type OutputOptions } from './options.ts'

/** `tidemark render release APPLICATION`: YAML, as it would be in a file. */
export async function renderRelease(
  application: string,
  options: OutputOptions & { readonly number?: number },
): Promise<void> {
  using api = await connect(choiceOf(options))
  const { number } = options
  const wanted = number === undefined ? undefined : BigInt(number)
  const { objects } = await readRelease(api, application, wanted)
  const values = objects.map(({ objectJson }) => parseJson(objectJson))
  print(options.output, {
    value: { kind: 'List', items: values },
    text: () => values.map(formatYaml).join('---\n').trimEnd(),
    names: () => objects.map(objectName),
  })
}
