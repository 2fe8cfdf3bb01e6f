import { readFileSync } from 'node:fs'

import { directAccess } from '@tidemark/kube'
import { kubeContract } from '@tidemark/kube/testing'

import { startApiServer } from '../rig/components/api-server.ts'
import { describeWith } from '../rig/components/describe-with.ts'

describeWith(['etcd', 'kube-apiserver'], 'libs/kube', () => {
  kubeContract('a real kube-apiserver', async () => {
    const server = await startApiServer()
    const { url, token, caFile } = server
    return {
      access: directAccess({ server: url, token, ca: readFileSync(caFile, 'utf8') }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  })
})
