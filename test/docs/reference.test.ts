import { EVENT_NAMES } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { cliReference, eventReference } from './reference.ts'

// That the pages are current is a part of `npm run check`.

test('each event has its place and an example', () => {
  const reference = eventReference()
  expect(EVENT_NAMES.filter((name) => !reference.includes(`### \`${name}\`\n`))).toEqual([])
})

test('each command has its help, those with arguments of another program too', async () => {
  const reference = await cliReference()
  for (const part of ['tidemark up', 'tidemark audit verify', 'tidemark render helm'])
    expect(reference).toContain(`## \`${part}\`\n`)
  expect(reference).toContain('--skip-schema-validation')
  expect(reference).not.toContain('```text\n```')
})
