import { compileIgnorePattern, type IgnorePattern } from './ignore-pattern.ts'
import { compareBytes } from './tree-path.ts'

/** Tells whether a path stays out of the artifact. */
export type IgnoreFilter = (path: string, kind: 'file' | 'folder') => boolean

/** A `.sourceignore` file of the source. */
export interface IgnoreFile {
  /** The folder that it lies in, `''` for the root. */
  readonly folder: string
  readonly text: string
}

// As in fluxcd/pkg/sourceignore v0.22.
const VCS = ['.git/', '.gitignore', '.gitmodules', '.gitattributes']
const EXTENSIONS = 'jpg jpeg gif png wmv flv tar.gz zip'
const CI =
  '.github/ .circleci/ .travis.yml .gitlab-ci.yml appveyor.yml .drone.yml cloudbuild.yaml codeship-services.yml codeship-steps.yml'
const EXTRA = '**/.goreleaser.yml **/.sops.yaml **/.flux.yaml'
const DEFAULTS: readonly string[] = [
  ...EXTENSIONS.split(' ').map((extension) => `*.${extension}`),
  ...CI.split(' '),
  ...EXTRA.split(' '),
]

/**
 * What source-controller 1.10 leaves out of an artifact: files of version control; the default list
 * only while neither `spec.ignore` nor any `.sourceignore` holds a pattern (its code, where the documentation
 * speaks of `spec.ignore` alone). The last pattern that speaks of a path decides, `spec.ignore` after all files.
 * Each file is judged by its own path, so a file below an excluded folder can be included again.
 */
export function fluxIgnore(rules: {
  readonly files: readonly IgnoreFile[]
  /** `spec.ignore` of the source. */
  readonly spec?: string
}): IgnoreFilter {
  const fromFiles = rules.files
    .toSorted((left, right) => compareFolders(left.folder, right.folder))
    .flatMap(({ folder, text }) => readPatterns(text, folder === '' ? [] : folder.split('/')))
  const own = [...fromFiles, ...readPatterns(rules.spec ?? '', [])]
  const base = own.length > 0 ? VCS : [...VCS, ...DEFAULTS]
  const patterns = [...base.map((line) => compileIgnorePattern(line, [])), ...own].toReversed()
  return (path, kind) => {
    const segments = path.split('/')
    for (const pattern of patterns) {
      const answer = pattern.match(segments, kind)
      if (answer !== undefined) return answer === 'exclude'
    }
    return false
  }
}

// A parent before its children, siblings by name: the order in which source-controller walks.
function compareFolders(left: string, right: string): number {
  const rights = right.split('/')
  for (const [at, name] of left.split('/').entries()) {
    const other = rights[at]
    if (other === undefined) return 1
    if (name !== other) return compareBytes(name, other)
  }
  return left.length - right.length
}

function readPatterns(text: string, domain: readonly string[]): IgnorePattern[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => compileIgnorePattern(line, domain))
}
