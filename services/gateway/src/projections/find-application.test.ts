import { event, type EventOf } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { emptyState } from './application-state.ts'
import { findApplication } from './find-application.ts'
import { ReadModel } from './read-model.ts'

function modelOf(...names: readonly string[]): ReadModel {
  const model = new ReadModel()
  for (const full of names) {
    const [cluster = '', namespace = '', name = ''] = full.split('/')
    const id = full.replaceAll('/', '_')
    const { value }: EventOf<'ApplicationDeclared'> = event('ApplicationDeclared', {
      applicationId: id,
      object: { cluster, apiVersion: 'v1', kind: 'Kustomization', namespace, name },
    })
    const state = Object.assign(emptyState(id), { object: value.object, cluster, declared: true })
    model.applications.set(id, state)
  }
  return model
}

const model = modelOf('eu/flux-system/shop', 'us/flux-system/shop', 'us/apps/shop', 'us/apps/site')
const idOf = (text: string): string => {
  const found = findApplication(model, text)
  return found.kind === 'found' ? found.state.id : found.message
}

test('a name, with its namespace, its cluster or both, finds the one application that has it', () => {
  expect(idOf('site')).toBe('us_apps_site')
  expect(idOf('apps/shop')).toBe('us_apps_shop')
  expect(idOf('eu/shop')).toBe('eu_flux-system_shop')
  expect(idOf('us/apps/shop')).toBe('us_apps_shop')
  expect(idOf('us_apps_site')).toBe('us_apps_site')
})

test('a name of several says how to name one, in full where cluster and name are not enough', () => {
  expect(findApplication(model, 'shop').kind).toBe('ambiguous')
  expect(idOf('shop')).toContain('eu/flux-system/shop, us/apps/shop, us/flux-system/shop')
  expect(idOf('us/shop')).toContain('us/apps/shop, us/flux-system/shop')
  expect(idOf('flux-system/shop')).toContain('eu/shop, us/shop')
})

test('a mistyped name is answered with the one that is near', () => {
  expect(findApplication(model, 'siet').kind).toBe('unknown')
  expect(idOf('siet')).toContain('did you mean site?')
  expect(idOf('eu/shpo')).toContain('did you mean eu/shop?')
  expect(idOf('frontend')).not.toContain('did you mean')
})
