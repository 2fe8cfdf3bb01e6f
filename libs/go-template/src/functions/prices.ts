import { type GoFunction } from '../function.ts'
import { type Price } from '../price.ts'

/**
 * Functions that cost more than a node of a template: steps of a call, then bytes of text for one step more. Measured
 * as loops of the function over a short text, and over a long one that is as bad as can be; a step is 0.2 us and more.
 * What costs by the parts of a value is paid where the parts are counted.
 */
const PRICES = `
fromYaml fromYamlArray: 300 8
fromToml: 300 1
fromJson fromJsonArray mustFromJson mustFromJsonArray: 15 4
toToml mustToToml toYaml toYamlPretty mustToYaml toJson mustToJson toRawJson mustToRawJson toPrettyJson mustToPrettyJson: 10 16
semver semverCompare: 60 1
regexMatch mustRegexMatch regexFind mustRegexFind regexFindAll mustRegexFindAll regexSplit mustRegexSplit: 10 64
regexReplaceAll mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral: 10 64
date dateInZone date_in_zone htmlDate htmlDateInZone: 250 1
toDate mustToDate now ago unixEpoch duration: 30 4
dateModify date_modify mustDateModify must_date_modify durationRound: 30 0.5
addf subf divf mulf: 30 16
add sub mul div mod round ceil floor: 5 16
randInt uuidv4 shuffle randAlpha randAlphaNum randNumeric randAscii randBytes: 30 16
urlParse urlJoin: 40 16
snakecase kebabcase: 20 0.25
camelcase title untitle upper lower: 10 0.5
swapcase: 10 0.25
initials nospace wrap wrapWith: 5 4
urlquery b32enc: 5 0.25
b64dec b32dec: 2 1
html js: 2 4
include: 5 256
quote: 2 4
toString: 2 4
squote printf print println cat: 1 8
trim trimAll trimall: 1 16
contains hasPrefix hasSuffix eq ne: 0 64
clean dir base ext isAbs osClean osDir osBase osExt osIsAbs: 1 8
adler32sum: 2 8
replace: 1 8
split splitn splitList: 1 64
`

const table: ReadonlyMap<string, Price> = new Map(
  PRICES.trim()
    .split('\n')
    .flatMap((line) => {
      const [names = '', numbers = ''] = line.split(': ')
      const [call = 0, bytesPerStep = 0] = numbers.split(' ').map(Number)
      return names.split(' ').map((name): [string, Price] => [name, { call, bytesPerStep }])
    }),
)

/** A function of the table with its price. */
export function priced([name, called]: readonly [string, GoFunction]): [string, GoFunction] {
  const price = table.get(name)
  return [name, price === undefined ? called : { ...called, price }]
}
