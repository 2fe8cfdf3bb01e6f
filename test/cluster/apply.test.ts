import { describe } from 'vitest'

import { describeWith } from '../rig/components/describe-with.ts'
import { applySuite } from './apply-suite.ts'
import { realServer, sandboxServer } from './servers.ts'

describeWith(['etcd', 'kube-apiserver'], 'libs/apply on a real kube-apiserver', () => {
  applySuite(() => realServer())
})

describeWith(['etcd', 'kube-apiserver-oldest'], 'libs/apply on the oldest kube-apiserver', () => {
  applySuite(() => realServer('oldest'))
})

describe('libs/apply on a sandbox cluster', () => {
  applySuite(sandboxServer)
})
