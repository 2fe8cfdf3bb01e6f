import { afterAll, assert, beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { Minute, type World } from './minute.ts'

const SLOW = 300_000

/** What each hint must show, by how it begins. A hint that is not here fails the test. */
const EXPECTED: readonly {
  readonly hint: RegExp
  readonly code: number
  readonly shows: readonly RegExp[]
}[] = [
  {
    hint: /tidemark get applications$/u,
    code: 0,
    shows: [/^dev .* shop +Ready/mu, /^eu .* reports +Ready/mu, /^us .* catalog +Ready/mu],
  },
  {
    hint: /tidemark tree eu\/shop$/u,
    code: 0,
    shows: [/^shop {2}Ready/u, /Deployment\/shop\/shop/u, /Secret\/shop\/session-/u],
  },
  { hint: /^git clone /u, code: 0, shows: [/Cloning into 'fleet'/u] },
  {
    hint: /demo change$/u,
    code: 0,
    shows: [/^committed [0-9a-f]{7}: Greet visitor/u, /^Ready +eu\/flux-system\/shop/mu],
  },
  {
    hint: /diff eu\/shop$/u,
    code: 1,
    shows: [/^\+ ConfigMap\/shop\/settings-\w+ {2}created$/mu, /settings-\w+ -> settings-\w+$/mu],
  },
  {
    hint: /demo break$/u,
    code: 0,
    shows: [/^Failed +eu\/flux-system\/shop .*RenderFailed/mu],
  },
  {
    hint: /why eu\/shop$/u,
    code: 0,
    shows: [
      /^!! {2}render .*apps\/shop\/overlays\/eu\/kustomization\.yaml; the last good release stays/mu,
      /'\/apps\/shop\/bsae' doesn't exist/u,
      /^ {4}-> mend the file and push$/mu,
    ],
  },
  { hint: /demo revert$/u, code: 0, shows: [/^Ready +eu\/flux-system\/shop/mu] },
  { hint: /^kubectl .* scale deployment shop/u, code: 0, shows: [/deployment.apps\/shop scaled/u] },
  {
    hint: /demo edit$/u,
    code: 0,
    shows: [/^edited Deployment\/shop\/shop on eu/u, /^put back after .*spec\.replicas/mu],
  },
  { hint: /rollback eu\/shop --to 1/u, code: 0, shows: [/goes back to release 1, until --lift/u] },
  { hint: /rollback eu\/shop --lift/u, code: 0, shows: [/goes on to its newest release/u] },
  {
    hint: /audit list --last 20$/u,
    code: 0,
    shows: [/^POSITION/u, /operator +HoldLiftRequested/u],
  },
  { hint: /audit verify$/u, code: 0, shows: [/^good: \d+ events/u, /^root: /mu] },
]

describeWith(['git', 'kubectl'], 'with git and kubectl', () => {
  hintsHold({ tools: ['git', 'kubectl'], terminal: 'no' })
})

describe('with neither git nor kubectl', () => {
  hintsHold({ tools: [], terminal: 'no' })
})

// One life of a plane: each test goes on where the one before it ended.
function hintsHold(world: World): void {
  const hasGit = world.tools.includes('git')
  let begun: Minute | undefined
  beforeAll(async () => {
    begun = await Minute.begin(world)
  }, SLOW)
  afterAll(async () => {
    await begun?.[Symbol.asyncDispose]()
  }, SLOW)
  const minute = (): Minute => {
    assert(begun !== undefined, 'the plane has started')
    return begun
  }

  test(
    'each hint works as it is printed, and shows what it says',
    async () => {
      expect(minute().hints.length).toBeGreaterThan(9)
      expect(minute().hints.some((hint) => hint.startsWith('git clone'))).toBe(hasGit)
      for (const hint of minute().hints) {
        const expected = EXPECTED.find((one) => one.hint.test(hint))
        assert(expected !== undefined, `the hint ${hint} has no expectation here`)
        const { output, code } = await minute().run(hint)
        expect(code, `${hint}\n${output}`).toBe(expected.code)
        for (const shown of expected.shows) expect(output, hint).toMatch(shown)
        if (hint.startsWith('kubectl')) await scaledBack(minute())
        if (hint.includes('--to 1')) await holds(minute())
        if (hint.includes('--lift')) await minute().run('npx tidemark wait eu/shop --release 3')
      }
    },
    SLOW,
  )

  // oxlint-disable-next-line vitest/no-conditional-tests -- The other world has no such test, not a skipped one.
  if (hasGit)
    test(
      'what is edited in the clone, committed and pushed is delivered, by the webhook of the push',
      async () => {
        const file = 'apps/shop/overlays/us/kustomization.yaml'
        const pushed = await minute().run(
          `cd fleet && git pull -q && sed -i s/1.2.0/1.2.1/ ${file} && git commit -qam 'Shop 1.2.1 in us' && git push -q && git rev-parse HEAD`,
        )
        expect(pushed.code, pushed.output).toBe(0)
        const commit = pushed.output.trim()
        const waited = await minute().run(`npx tidemark wait us/shop --commit ${commit}`)
        expect(waited.code, waited.output).toBe(0)
        const traced = await minute().run(`npx tidemark trace ${commit.slice(0, 8)}`)
        expect(traced.output).toMatch(/PushReceived/u)
        expect(traced.output).toMatch(/configure shop_shop_apps_Deployment/u)
        const object = await minute().run('npx tidemark trace deployment/shop --cluster us')
        expect(object.output).toMatch(/^Commit: +Shop 1\.2\.1 in us \(Ada/mu)
        expect(object.output).toMatch(/^Seen by: +a webhook/mu)
      },
      SLOW,
    )

  test(
    'a hand edit shows in diff --live or is put back already; nothing of a Secret is shown',
    async () => {
      const rendered = await minute().run('npx tidemark render release eu/shop')
      expect(rendered.output).toMatch(/key: '\[secret [0-9a-f]{8}\]'/u)
      expect(rendered.output).not.toContain(Buffer.from('not-a-secret').toString('base64'))
      const live = await minute().run('npx tidemark diff eu/shop --live')
      expect(live.code, live.output).toBe(0)
      expect(live.output).toContain('nothing differs')
    },
    SLOW,
  )

  test(
    'Ctrl-C ends it with 0, without a stack, and the next start goes on from there',
    async () => {
      expect(await minute().interrupt()).toBe(0)
      expect(minute().shown).toMatch(/ending \.\.\.\s*$/u)
      expect(minute().shown).not.toMatch(/^\s+at .*\.(?:ts|js):\d+/mu)
      const again = await minute().run('npx tidemark up --port 0 --exit-when-ready')
      expect(again.code, again.output).toBe(0)
      expect(again.output).toMatch(/"application":"eu\/flux-system\/shop".*"release":"[34]"/u)
    },
    SLOW,
  )
}

/** A rollback holds while commits go to the other clusters. */
async function holds(minute: Minute): Promise<void> {
  const changed = await minute.run('npx tidemark demo change')
  expect(changed.output).toMatch(/^Ready +us\/flux-system\/shop/mu)
  const held = await minute.run('npx tidemark get applications --cluster eu')
  expect(held.output).toMatch(/shop +Ready +1 \(of \d\).*Held: held at release 1: trying it/u)
}

async function scaledBack(minute: Minute): Promise<void> {
  const KUBECTL = 'kubectl --kubeconfig .tidemark/kubeconfig --context eu -n shop'
  const command = `${KUBECTL} get deployment shop -o 'jsonpath={.spec.replicas}'`
  await expect
    .poll(async () => (await minute.run(command)).output, { timeout: 30_000, interval: 300 })
    .toBe('3')
}
