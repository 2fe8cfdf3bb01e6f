import {
  baseOf,
  type CallContext,
  fixed,
  FunctionError,
  GoBytes,
  GoMap,
  GoSlice,
  type MapType,
  type Methods,
  STRING_MAP,
  STRING_SLICE,
  toBuffer,
  toBytes,
  toYamlValue,
  type Value,
} from '@tidemark/go-template'
import { printYaml } from '@tidemark/yaml'
import { type ChartFile } from '../chart/chart.ts'
import { type FlavourRules } from '../flavour.ts'
import { compileGlob } from './file-glob.ts'

/** Matching a name and reporting the file. */
const STEPS_PER_FILE = 4
/** Of a file that is printed. */
const BYTES_PER_STEP = 16

/** `.Files`: the files of a chart that are no templates. What is read is reported under its path. */
export function filesObject(
  files: readonly ChartFile[],
  linesOfEmptyFile: FlavourRules['linesOfEmptyFile'],
): GoMap {
  return new GoMap(
    new Map<string, Value>(files.map(({ name, data }) => [name, new GoBytes(data)])),
    linesOfEmptyFile === 'none' ? FILES : FILES_4,
  )
}

const methods: Methods = {
  Get: (receiver) => fixed(['string'], ([name], context) => bytesOf(receiver, name, context).data),
  GetBytes: (receiver) => fixed(['string'], ([name], context) => bytesOf(receiver, name, context)),
  Glob: (receiver) => fixed(['string'], ([pattern], context) => glob(receiver, pattern, context)),
  AsConfig: (receiver) => fixed([], (_, context) => asYaml(receiver, (data) => data, context)),
  AsSecrets: (receiver) =>
    fixed([], (_, context) =>
      asYaml(receiver, (data) => toBuffer(data).toString('base64'), context),
    ),
  Lines: (receiver) =>
    fixed(['string'], ([name], context) => {
      const { data } = bytesOf(receiver, name, context)
      if (data === '') return new GoSlice([], STRING_SLICE)
      return lines(data, context)
    }),
}

/** Of an empty file that is there, Helm 4 asks for the last byte. */
const methods4: Methods = {
  ...methods,
  Lines: (receiver) =>
    fixed(['string'], ([name], context) => {
      const { data } = bytesOf(receiver, name, context)
      if (data !== '') return lines(data, context)
      if (typeof name === 'string' && filesOf(receiver).entries.has(name))
        throw new FunctionError('runtime error: index out of range [-1]')
      return new GoSlice([], STRING_SLICE)
    }),
}

function lines(data: string, { budget }: CallContext): GoSlice {
  const all = (data.endsWith('\n') ? data.slice(0, -1) : data).split('\n')
  budget.list(all.length)
  return new GoSlice(all, STRING_SLICE)
}

const FILES: MapType = {
  name: 'engine.files',
  element: '[]uint8',
  zero: new GoBytes(''),
  underlying: 'map[string][]uint8',
  methods,
}
const FILES_4: MapType = { ...FILES, methods: methods4 }

function filesOf(receiver: Value): GoMap {
  if (receiver instanceof GoMap) return receiver
  throw new FunctionError('files were expected')
}

function bytesOf(receiver: Value, name: Value, context: CallContext): GoBytes {
  const path = typeof name === 'string' ? name : ''
  context.report('file', path)
  const found = filesOf(receiver).entries.get(path)
  return found instanceof GoBytes ? found : new GoBytes('')
}

function glob(receiver: Value, pattern: Value, context: CallContext): GoMap {
  const files = filesOf(receiver)
  const matches = compileGlob(typeof pattern === 'string' ? pattern : '')
  context.budget.step(files.entries.size * STEPS_PER_FILE)
  const found = [...files.entries].filter(([name]) => matches(name))
  for (const [name] of found) context.report('file', name)
  return new GoMap(new Map(found), filesOf(receiver).type)
}

/** Base names and contents as YAML, for the data of a ConfigMap or a Secret. */
function asYaml(
  receiver: Value,
  encode: (data: string) => string,
  { budget }: CallContext,
): string {
  const entries = new Map<string, Value>()
  const files = [...filesOf(receiver).entries]
  for (const [, file] of files)
    if (file instanceof GoBytes) budget.step(Math.ceil(file.data.length / BYTES_PER_STEP))
  for (const [name, file] of files)
    if (file instanceof GoBytes) entries.set(baseOf(name), encode(file.data))
  const text = toBytes(printYaml(toYamlValue(new GoMap(entries, STRING_MAP), 'yaml2'), 'yaml2'))
  budget.text(text.length)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
