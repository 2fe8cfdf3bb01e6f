import { fromBytes, GoMap } from '@tidemark/go-template'
import { type FlavourRules } from '../flavour.ts'
import { HelmError } from '../helm-error.ts'
import { readYamlMap, type YamlPurpose } from '../read-yaml.ts'
import { mergeMaps } from './merge-maps.ts'

/** A file of values. Helm 3 reads its first document; Helm 4 merges all, later ones over earlier ones. */
export function readValues(
  text: string,
  { problem, code }: YamlPurpose,
  documents: FlavourRules['valuesDocuments'],
): GoMap {
  if (documents === 'first') return readYamlMap(text, { problem, code })
  let values = new GoMap()
  for (const document of documentsOf(text, problem)) {
    const purpose = { problem: `${problem}cannot unmarshal yaml document: `, code }
    values = mergeMaps(values, readYamlMap(document, purpose))
  }
  return values
}

/** As the reader of Kubernetes divides a stream: at lines that are `---`, with blanks or a comment behind it. */
function documentsOf(text: string, problem: string): readonly string[] {
  const documents: string[] = []
  let document = ''
  for (const line of text.split(/(?<=\n)/)) {
    if (line.startsWith('---')) {
      const rest = line.slice('---'.length).trim()
      if (rest !== '' && !rest.startsWith('#'))
        throw new HelmError(
          'VALUES',
          `${fromBytes(problem)}error reading yaml document: invalid Yaml document separator: ${rest}`,
        )
      if (document !== '') {
        documents.push(document)
        document = ''
        continue
      }
    }
    document += line
  }
  if (document !== '') documents.push(document)
  return documents
}
