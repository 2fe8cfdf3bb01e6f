import {
  field,
  isJsonList,
  isJsonObject,
  parseJson,
  textField,
  type Json,
} from '@tidemark/manifests'
import type { ApiClient } from '../../client/api-client.ts'
import { readRelease } from '../read-release.ts'

const DEPTH_MAX = 32

/** The images of the newest release of each application; a simulated cluster pulls none. */
export async function imagesOf(api: ApiClient): Promise<readonly string[]> {
  const { applications } = await api.call(api.raw.listApplications, { cluster: '', namespace: '' })
  const { clusters } = await api.call(api.raw.listClusters, {})
  const real = clusters.filter(({ access }) => access?.kind?.$case !== 'sandbox')
  const images = new Set<string>()
  for (const { applicationId, release, cluster } of applications) {
    if (release === 0n || !real.some((one) => one.cluster === cluster)) continue
    const { objects } = await readRelease(api, applicationId, undefined)
    for (const { objectJson } of objects)
      for (const image of imagesIn(parseJson(objectJson), DEPTH_MAX)) images.add(image)
  }
  return [...images]
}

/** The images of all containers below a value: Pods are written at many depths. */
function imagesIn(value: Json, depth: number): readonly string[] {
  if (depth === 0) return []
  if (isJsonList(value)) return value.flatMap((item) => imagesIn(item, depth - 1))
  if (!isJsonObject(value)) return []
  const containers = ['containers', 'initContainers'].flatMap((key) => {
    const list = field(value, key)
    return isJsonList(list) ? list : []
  })
  const own = containers.flatMap((container) => textField(container, 'image') ?? [])
  return [...own, ...Object.values(value).flatMap((item) => imagesIn(item, depth - 1))]
}
