import { expect, test } from 'vitest'
import { pickHelmActions, readHelmActions } from './helm-actions.ts'

test('a spec that says nothing has the defaults of helm-controller', () => {
  const { install, upgrade, rollback, uninstall, test: tests, recordsMax } = readHelmActions({})
  expect(install).toMatchObject({ timeoutMs: 300_000, hooks: true, wait: 'all', crds: 'Create' })
  expect(install.remedy).toMatchObject({ strategy: 'remediate', retries: 0, by: 'uninstall' })
  expect(upgrade).toMatchObject({ crds: 'Create', takeOwnership: true, ignoreTestFailures: false })
  expect(upgrade.remedy).toMatchObject({ retries: 0, remediateLast: false, by: 'rollback' })
  expect(rollback).toEqual({ timeoutMs: 300_000, hooks: true, wait: 'all' })
  expect(uninstall).toMatchObject({ keepHistory: false, propagation: 'Background' })
  expect(tests.enabled).toBe(false)
  expect(recordsMax).toBe(5)
})

test('an upgrade that has retries undoes its last failure too, an install does not', () => {
  const remediation = { retries: 2 }
  const { install, upgrade } = readHelmActions({
    install: { remediation },
    upgrade: { remediation },
  })
  expect(install.remedy).toMatchObject({ retries: 2, remediateLast: false })
  expect(upgrade.remedy).toMatchObject({ retries: 2, remediateLast: true })
})

test('the timeout of the release is that of each action that has none of its own', () => {
  const actions = readHelmActions({ timeout: '1m', upgrade: { timeout: '5s' } })
  expect(actions.install.timeoutMs).toBe(60_000)
  expect(actions.upgrade.timeoutMs).toBe(5_000)
  expect(actions.test.timeoutMs).toBe(60_000)
})

test('a namespace is created only where the release has one of its own', () => {
  const install = { createNamespace: true }
  expect(readHelmActions({ install }).install.createNamespace).toBe(false)
  expect(readHelmActions({ install, targetNamespace: 'web' }).install.createNamespace).toBe(true)
})

test('failures of tests are ignored as the test says, unless the remediation says otherwise', () => {
  const tests = { ignoreFailures: true }
  expect(readHelmActions({ test: tests }).upgrade.ignoreTestFailures).toBe(true)
  const upgrade = { remediation: { ignoreTestFailures: false } }
  expect(readHelmActions({ test: tests, upgrade }).upgrade.ignoreTestFailures).toBe(false)
})

test('what is picked of a spec says the same of actions, and nothing of values', () => {
  const spec = {
    values: { password: 'x' },
    upgrade: { remediation: { retries: 2 } },
    timeout: '1m',
    targetNamespace: 'web',
    install: { createNamespace: true },
    driftDetection: { mode: 'warn' },
    test: { enable: true },
    maxHistory: 3,
    uninstall: { keepHistory: true },
    rollback: { disableWait: true },
  }
  const picked = pickHelmActions(spec)
  expect(readHelmActions(JSON.parse(picked))).toEqual(readHelmActions(spec))
  expect(picked).not.toContain('password')
})
