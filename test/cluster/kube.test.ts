import { kubeContract } from '@tidemark/kube/testing'

import { describeWith } from '../rig/components/describe-with.ts'
import { realServer, sandboxServer } from './servers.ts'

describeWith(['etcd', 'kube-apiserver'], 'libs/kube', () => {
  kubeContract('a real kube-apiserver', () => realServer())
})

describeWith(['etcd', 'kube-apiserver-oldest'], 'libs/kube, three minors back', () => {
  kubeContract('the oldest kube-apiserver', () => realServer('oldest'))
})

kubeContract('a sandbox cluster', sandboxServer)
