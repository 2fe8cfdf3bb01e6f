import type { Endpoint, Writer } from '../fields/field-manager.ts'
import type { ClusterState } from '../cluster-state.ts'
import type { Resource } from '../store/resource.ts'
import type { WriteOptions } from './options.ts'

/** Where a write arrives, as ownership sees it. */
export function endpointOf(resource: Resource, subresource: '' | 'status'): Endpoint {
  return {
    node: resource.schema,
    apiVersion: resource.apiVersion,
    subresource,
    reset: subresource === 'status' ? resource.reset.status : resource.reset.main,
    zero: resource.zero,
  }
}

export function writerOf(cluster: ClusterState, options: WriteOptions): Writer {
  return { manager: options.manager, time: cluster.time() }
}
