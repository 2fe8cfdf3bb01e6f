import type { Endpoint, Writer } from '../fields/field-manager.ts'
import type { ClusterState } from '../cluster-state.ts'
import type { Resource } from '../store/resource.ts'
import type { Subresource, WriteOptions } from './options.ts'

/** Where a write arrives, as ownership sees it. */
export function endpointOf(resource: Resource, subresource: Subresource): Endpoint {
  return {
    node: resource.schema,
    apiVersion: resource.apiVersion,
    subresource,
    reset: subresource === 'status' ? resource.reset.status : resource.reset.main,
    zero: resource.zero,
  }
}

export function writerOf(cluster: ClusterState, options: WriteOptions): Writer {
  // The scale subresource keeps no times, on the real server too.
  const time = options.subresource === 'scale' ? undefined : cluster.time()
  return { manager: options.manager, time }
}
