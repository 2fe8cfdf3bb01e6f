import { expect, test } from 'vitest'
import { applicationId, applicationPath } from './application-id.ts'

test('the id of an application reads as cluster, namespace and name', () => {
  const id = applicationId({
    cluster: 'eu',
    namespace: 'flux-system',
    kind: 'Kustomization',
    name: 'shop',
  })
  expect(id).toBe('eu_flux-system_kustomization_shop')
  expect(applicationPath(id)).toBe('eu/flux-system/shop')
})

test('a text that is no id of an application is shown as it is', () => {
  expect(applicationPath('base')).toBe('base')
  expect(applicationPath('a_b_c_d_e')).toBe('a_b_c_d_e')
})
