import { loadChart } from '@tidemark/helm'
import { memoryTree } from '@tidemark/source-tree'
import type { HostileRow } from './engine.ts'
import { archive, CHART, manyFiles, paxRecord, type TarEntry, zipBomb } from './helm-archives.ts'
import { answerOf, chart, type Files, packed } from './helm-chart.ts'

/** Packaged charts that lie, or hold what no chart may hold. */
export function archiveRows(): readonly HostileRow[] {
  const link = '/etc/passwd'
  const rows: readonly (readonly [name: string, expected: RegExp, ...entries: TarEntry[]])[] = [
    ['a size that lies', /^ARCHIVE_FORMAT: .*shop\/a/u, { name: 'shop/a', data: 'x', size: 8e9 }],
    ['a sparse file', /^ARCHIVE_ENTRY: .*shop\/a.*sparse/u, { name: 'shop/a', type: 'S' }],
    ['a hard link', /^ARCHIVE_ENTRY: .*hard link/u, { name: 'shop/a', type: '1', link }],
    ['a symbolic link', /^ARCHIVE_ENTRY: .*symbolic link/u, { name: 'shop/a', type: '2', link }],
    [
      'a lock file that is a link',
      /^ARCHIVE_ENTRY: .*Chart\.lock/u,
      { name: 'shop/Chart.lock', type: '2', link },
    ],
    ['a device', /^ARCHIVE_ENTRY: .*device/u, { name: 'shop/a', type: '3' }],
    ['a path out of the archive', /^ARCHIVE_ENTRY: .*leaves the archive/u, { name: '../a' }],
    [
      'a path of PAX out of the archive',
      /^ARCHIVE_ENTRY: .*leaves the archive/u,
      { name: 'pax', type: 'x', data: paxRecord('path', '../../etc/passwd') },
      { name: 'shop/a', data: 'x' },
    ],
    ['an absolute path', /^SOURCE_ESCAPE: .*absolute/u, { name: '/etc/passwd' }],
    ['a name that comes twice', /^ARCHIVE_DUPLICATE: /u, { name: 'shop/a' }, { name: 'shop/a' }],
    ['names that differ by case', /^ARCHIVE_DUPLICATE: /u, { name: 'shop/a' }, { name: 'shop/A' }],
  ]
  return [
    packed('a mebibyte that unpacks to a gibibyte', /^ARCHIVE_(?:RATIO|SIZE): /u, zipBomb),
    packed('a hundred thousand files and more', /^ARCHIVE_COUNT: /u, () => manyFiles(101_000)),
    packed('bytes that are no archive', /^ARCHIVE_FORMAT: /u, () => Buffer.from('PK\u0003\u0004')),
    packed('a chart at the root of an archive', /^ARCHIVE: /u, () =>
      archive({ name: 'Chart.yaml', data: CHART }),
    ),
    ...rows.map(([name, expected, ...entries]) =>
      packed(name, expected, () => archive(...entries)),
    ),
  ]
}

/** Charts that are not what they say. */
export function chartRows(): readonly HostileRow[] {
  const named: readonly (readonly [name: string, expected: RegExp, text: string])[] = [
    ['a chart named ..', /^CHART_NAME: /u, 'name: ".."\nversion: 1.0.0'],
    ['a chart named .', /^CHART_NAME: /u, 'name: "."\nversion: 1.0.0'],
    ['a chart named ../../x', /^CHART_NAME: /u, 'name: ../../x\nversion: 1.0.0'],
    ['a version with an escape code', /^CHART_VERSION: /u, 'name: a\nversion: "1.0.0\\e[2J"'],
  ]
  return [
    ...named.map(([name, expected, text]) =>
      chart(name, expected, () => ({ 'Chart.yaml': `apiVersion: v2\n${text}\n` })),
    ),
    chart('a hundred charts, one in the other', /^CHART_DEPTH: /u, nestedCharts),
    {
      name: 'a template that links out of the chart',
      expected: /^SOURCE_ESCAPE: /u,
      prepare: () => {
        const tree = memoryTree([
          ['Chart.yaml', CHART],
          ['templates/a.txt', { link: '../../../etc/passwd' }],
        ])
        return () => answerOf(() => `${loadChart(tree).templates.length} templates`)
      },
    },
  ]
}

function nestedCharts(): Files {
  const entries: Record<string, string> = {}
  let prefix = ''
  for (let level = 0; level < 100; level += 1) {
    prefix += `charts/c${level}/`
    entries[`${prefix}Chart.yaml`] = `apiVersion: v2\nname: c${level}\nversion: 1.0.0\n`
  }
  return entries
}
