import { compareBytes, fromBytes, GoMap, type ReadKind, type Value } from '@tidemark/go-template'

/** What a render read. A change of anything else cannot change its output. */
export interface ReadReport {
  /** Templates and definitions that were executed. */
  readonly templates: readonly string[]
  /** Paths of values that were read by name, with dots; a table that was used whole stands for all below it. */
  readonly values: readonly string[]
  /** Files of charts that `.Files` gave or was asked for. */
  readonly files: readonly string[]
  /** `apiVersion/kind/namespace/name` of each object that `lookup` asked for. */
  readonly lookups: readonly string[]
}

/** Follows which values, templates and files a render reads. */
export class ReadLog {
  readonly #values: GoMap
  readonly #names: Readonly<Record<ReadKind, Set<string>>> = {
    template: new Set(),
    file: new Set(),
    lookup: new Set(),
  }

  constructor(values: GoMap) {
    this.#values = values
    watch(values)
  }

  report(kind: ReadKind, name: string): void {
    this.#names[kind].add(name)
  }

  read(): ReadReport {
    const paths: string[] = []
    collect(this.#values, '', paths)
    return {
      templates: sorted(this.#names.template),
      values: sorted(new Set(paths)),
      files: sorted(this.#names.file),
      lookups: sorted(this.#names.lookup),
    }
  }
}

function sorted(names: ReadonlySet<string>): string[] {
  return [...names].toSorted(compareBytes).map(fromBytes)
}

function watch(value: Value): void {
  if (!(value instanceof GoMap)) return
  value.reads = new Set()
  for (const item of value.entries.values()) watch(item)
}

function collect(map: GoMap, path: string, paths: string[]): void {
  for (const key of map.reads ?? []) {
    const below = path === '' ? key : `${path}.${key}`
    const value = map.entries.get(key)
    if (value instanceof GoMap && (value.reads?.size ?? 0) > 0) collect(value, below, paths)
    else paths.push(below)
  }
}
