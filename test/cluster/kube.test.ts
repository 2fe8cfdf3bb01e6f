import { kubeContract } from '@tidemark/kube/testing'

import { describeWith } from '../rig/components/describe-with.ts'
import { realServer, sandboxServer } from './servers.ts'

describeWith(['etcd', 'kube-apiserver'], 'libs/kube', () => {
  kubeContract('a real kube-apiserver', realServer)
})

kubeContract('a sandbox cluster', sandboxServer)
