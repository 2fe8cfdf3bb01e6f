import { GitRefused, type Files } from '@tidemark/git'
import { posix } from 'node:path'

/** A path from the root without `.`, `..` and slashes around it; the root is empty. */
export function cleanPath(path: string): string {
  return posix.normalize(`/${path}`).replace(/^\/+|\/+$/gu, '')
}

/** Whether a path is a folder or in it; all are in the root. */
export function isIn(folder: string, path: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

/** What `spec.sparseCheckout` keeps: the folders that it lists. @throws GitRefused SOURCE_PATH for one that is not there. */
export function sparseFiles(files: Files, folders: readonly string[]): Files {
  if (folders.length === 0) return files
  const wanted = folders.map((folder) => cleanPath(folder))
  const absent = wanted.find((folder) => !files.tree.some(({ path }) => isIn(folder, path)))
  if (absent !== undefined)
    throw new GitRefused(
      'SOURCE_PATH',
      `spec.sparseCheckout lists ${JSON.stringify(absent)}, which is not in the repository; correct it, or add that folder`,
    )
  const tree = files.tree.filter(({ path }) => wanted.some((folder) => isIn(folder, path)))
  return { ...files, tree }
}

/** Whether something at or below a path is kept. */
export function isKept(folders: readonly string[], path: string): boolean {
  if (folders.length === 0) return true
  const wanted = folders.map((folder) => cleanPath(folder))
  return wanted.some((folder) => isIn(folder, path) || isIn(path, folder))
}
