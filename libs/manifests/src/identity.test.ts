import { expect, test } from 'vitest'

import { displayName, inventoryId, parseInventoryId, splitApiVersion } from './identity.ts'

test('an inventory id is namespace, name, group and kind', () => {
  const deployment = { namespace: 'shop', name: 'web', group: 'apps', kind: 'Deployment' }
  expect(inventoryId(deployment)).toBe('shop_web_apps_Deployment')
  expect(inventoryId({ namespace: '', name: 'shop', group: '', kind: 'Namespace' })).toBe(
    '_shop__Namespace',
  )
})

test('a colon in the name of an RBAC object is two underscores, and comes back', () => {
  const role = {
    namespace: '',
    name: 'system:shop:reader',
    group: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
  }
  expect(inventoryId(role)).toBe('_system__shop__reader_rbac.authorization.k8s.io_ClusterRole')
  expect(parseInventoryId(inventoryId(role))).toEqual(role)
})

test.each(['', 'a', 'a_b', 'a_b_c', '___', 'ns_na_me_group_Kind', 'ns_name_group_'])(
  '%j is no inventory id',
  (text) => {
    expect(parseInventoryId(text)).toBeUndefined()
  },
)

test('the group of the core version is empty', () => {
  expect(splitApiVersion('v1')).toEqual({ group: '', version: 'v1' })
  expect(splitApiVersion('apps/v1')).toEqual({ group: 'apps', version: 'v1' })
})

test('messages name kind, namespace and name', () => {
  expect(displayName({ kind: 'Deployment', namespace: 'shop', name: 'web' })).toBe(
    'Deployment/shop/web',
  )
  expect(displayName({ kind: 'Namespace', namespace: '', name: 'shop' })).toBe('Namespace/shop')
})
