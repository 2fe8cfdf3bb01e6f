/** What an argument or a result is: the generator picks fitting ones, and now and then one that does not fit. */
export type Shape = keyof typeof SHAPES

const SHAPES = {
  s: 'text',
  i: 'int',
  n: 'number',
  b: 'bool',
  l: 'list',
  d: 'dict',
  h: 'fresh dict, which a function may change without a cycle coming of it',
  a: 'anything',
  t: 'time',
  r: 'regular expression',
  f: 'format of printf',
  v: 'version',
  c: 'constraint of versions',
  y: 'YAML',
  j: 'JSON',
  o: 'TOML',
  u: 'URL',
  z: 'time zone',
  k: 'key',
  m: 'layout of a date',
  e: 'duration',
  p: 'path',
}

export interface FunctionShape {
  readonly name: string
  readonly takes: readonly Shape[]
  /** The last of `takes` may come any number of times. */
  readonly isVariadic: boolean
  readonly gives: Shape
}

/** `names: arguments > result`; `*` behind the last argument says that it repeats. */
const TABLE = `
eq ne: aa>b
eq ne: nn>b
eq ne lt le gt ge: ss>b
lt le gt ge: nn>b
lt le gt ge: ii>b
eq: aa*>b
html js urlquery: s>s
html js urlquery print println: a*>s
and or: aa*>a
and or: bb*>b
not: a>b
len: s>i
len: l>i
len: d>i
index: li>a
index: dk>a
index: aa*>a
slice: sii>s
slice: lii>l
slice: si>s
printf: fa*>s
printf: fs>s
printf: fn>s
printf: fa>s
trim upper lower title untitle swapcase initials snakecase kebabcase camelcase nospace: s>s
trimAll trimall trimSuffix trimPrefix: ss>s
abbrev trunc wrap indent nindent repeat: is>s
abbrevboth substr: iis>s
wrapWith: iss>s
contains hasPrefix hasSuffix: ss>b
quote squote cat: a*>s
quote squote cat: s>s
replace: sss>s
plural: ssi>s
toString: a>s
toStrings: l>l
join: sl>s
join: sa>s
split: ss>d
splitn: sis>d
splitList: ss>l
atoi: s>i
sha1sum sha256sum sha512sum adler32sum b64enc b32enc b64dec b32dec: s>s
int int64 float64 toDecimal add1 add1f ceil floor: a>n
int int64 float64 toDecimal: s>n
add mul max min biggest addf mulf maxf minf: nn*>n
sub div mod subf divf: nn>n
add sub mul max min: ii>i
add mul sub div mod addf subf divf mulf: aa>n
round: ni>n
until: i>l
untilStep: iii>l
seq: i*>s
default: aa>a
default: ss>s
empty: a>b
coalesce: a*>a
all any: a*>b
ternary: aab>a
list tuple: a*>l
append push prepend mustAppend mustPush mustPrepend: la>l
first last mustFirst mustLast: l>a
rest initial reverse compact uniq mustRest mustInitial mustReverse mustCompact mustUniq: l>l
without: la*>l
has mustHas: al>b
chunk: il>l
concat: ll*>l
sortAlpha: l>l
sortAlpha: a>l
dict: kaka>d
dict: ka>d
dict: a*>d
get: dk>a
set: hka>d
unset: dk>d
hasKey: dk>b
pluck: kd*>l
pick omit: dk*>d
dig: kad>a
dig: kkad>a
merge mustMerge mergeOverwrite mustMergeOverwrite: hd*>d
deepCopy mustDeepCopy: a>a
deepCopy: d>d
typeOf kindOf: a>s
typeIs typeIsLike kindIs: sa>b
deepEqual: aa>b
base dir clean ext osBase osDir osClean osExt: p>s
isAbs osIsAbs: p>b
urlParse: u>d
urlJoin: d>s
regexMatch mustRegexMatch: rs>b
regexFind mustRegexFind: rs>s
regexFindAll mustRegexFindAll regexSplit mustRegexSplit: rsi>l
regexReplaceAll mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral: rss>s
regexQuoteMeta: s>s
semver: v>a
semverCompare: cv>b
date: mt>s
dateInZone date_in_zone: mtz>s
htmlDate: t>s
htmlDateInZone: tz>s
dateModify date_modify mustDateModify must_date_modify: et>t
toDate mustToDate: ms>t
unixEpoch: t>s
duration durationRound: a>s
duration: n>s
durationRound: e>s
toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson toYaml toYamlPretty: a>s
toJson toPrettyJson toRawJson toYaml toYamlPretty: d>s
toJson toYaml toYamlPretty: l>s
toToml: d>s
fromJson: j>d
mustFromJson: j>a
fromJsonArray: j>l
fromYaml: y>d
fromYamlArray: y>l
fromToml: o>d
include: sa>s
tpl: sa>s
required: sa>a
fail: s>s
derivePassword: issss>s
keys values: d>l
mustWithout: la*>l
mustSlice: lii>l
mustChunk: il>l
slice: li>l
slice: siii>s
index: aaa>a
index: ss>a
hello: >s
getHostByName: s>s
call: a*>a
decryptAES: ss>s
buildCustomCert: ss>a
htmlDate date: a>s
unixEpoch ago: a>s
toDate: ss>t
fromYaml fromJson fromToml: s>d
fromYamlArray fromJsonArray: s>l
tpl: aa>s
lookup: ssss>d
regexReplaceAll: rsr>s
semverCompare: ss>b
round: nin>n
randInt: ii>i
randAlphaNum randAlpha randNumeric randAscii randBytes: i>s
shuffle bcrypt: s>s
genPrivateKey: s>s
`

export const FUNCTION_SHAPES: readonly FunctionShape[] = TABLE.trim()
  .split('\n')
  .flatMap((line) => {
    const [names = '', signature = ''] = line.split(': ')
    const [takes = '', gives = ''] = signature.split('>')
    const isVariadic = takes.endsWith('*')
    const shapes = takes.replace('*', '').split('').map(shapeOf)
    return names
      .split(' ')
      .map((name) => ({ name, takes: shapes, isVariadic, gives: shapeOf(gives) }))
  })

function shapeOf(letter: string): Shape {
  if (isShape(letter)) return letter
  throw new Error(`no shape ${letter}`)
}

function isShape(letter: string): letter is Shape {
  return letter in SHAPES
}
