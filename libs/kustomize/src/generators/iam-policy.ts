import { KustomizeError } from '../kustomize-error.ts'
import { type Shape, string, struct } from '../kustomization/shape.ts'
import { mapping, text } from '../node/node.ts'
import { setAt } from '../node/set-field.ts'
import { Resource } from '../resource.ts'
import type { GeneratorContext } from './config-map.ts'

/** The configuration of an IAMPolicyGenerator. */
export interface IamPolicyArgs {
  readonly cloud: string
  readonly kubernetesService: { readonly name: string; readonly namespace: string }
  readonly serviceAccount: { readonly name: string; readonly projectId: string }
}

export const iamPolicyShape: Shape<IamPolicyArgs> = struct('IAMPolicyGeneratorArgs', {
  cloud: string,
  kubernetesService: struct('KubernetesService', { name: string, namespace: string }),
  serviceAccount: struct('ServiceAccount', { name: string, projectId: string }),
})

/** Makes the ServiceAccount of GKE's workload identity. @throws KustomizeError for any other cloud */
export function generateServiceAccount(
  args: IamPolicyArgs,
  { scopes, origin }: GeneratorContext,
): Resource {
  const { cloud, kubernetesService, serviceAccount } = args
  if (cloud !== 'gke')
    throw new KustomizeError('KUSTOMIZE_GENERATOR', `cloud provider ${cloud} not supported yet`)
  const account = `${serviceAccount.name}@${serviceAccount.projectId}.iam.gserviceaccount.com`
  const { name, namespace } = kubernetesService
  const metadata = mapping([
    ['annotations', mapping([['iam.gke.io/gcp-service-account', text(account)]])],
    ['name', text(name)],
    ...(namespace === '' ? [] : [['namespace', text(namespace)] as const]),
  ])
  const node = setAt(
    mapping([
      ['apiVersion', text('v1')],
      ['kind', text('ServiceAccount')],
    ]),
    ['metadata'],
    metadata,
  )
  return new Resource(node, scopes, origin)
}
