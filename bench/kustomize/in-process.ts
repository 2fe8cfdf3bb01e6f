import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Overlay } from './overlays.ts'

/** Milliseconds of each overlay in a warm Go process, by id; nothing where Go or its modules cannot be had. */
export function goMilliseconds(overlays: readonly Overlay[]): ReadonlyMap<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-kustomize-'))
  try {
    cpSync(join(import.meta.dirname, 'go'), folder, { recursive: true })
    const built = spawnSync('go', ['build', '-mod=mod', '-o', 'bench', '.'], { cwd: folder })
    if (built.status !== 0) return new Map()
    const input = overlays
      .map(({ input: root, path, loadRestriction }) => `${join(root, path)}\t${loadRestriction}`)
      .join('\n')
    const { stdout } = spawnSync(join(folder, 'bench'), { input, encoding: 'utf8' })
    const lines = stdout.trim().split('\n').map(Number)
    return new Map(overlays.map(({ id }, at) => [id, lines[at] ?? Number.NaN]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
