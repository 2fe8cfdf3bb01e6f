import type { ApplicationView, ReleasedObject } from '@tidemark/contracts'
import { connect, type ApiClient } from '../client/api-client.ts'
import { print, shortRevision } from '../client/print.ts'
import { objectName, readRelease } from './read-release.ts'
import { paint } from '../client/terminal.ts'
import { healthName, phaseName, toneOf } from '../client/words.ts'
import { choiceOf, type OutputOptions } from './options.ts'

interface Node {
  readonly name: string
  readonly status: string
  readonly detail: string
  readonly children: readonly Node[]
}

export interface TreeOptions extends OutputOptions {
  readonly cluster?: string
  readonly depth: number
}

/** `tidemark tree [APPLICATION]`. */
export async function tree(name: string | undefined, options: TreeOptions): Promise<void> {
  using api = await connect(choiceOf(options))
  const request = { cluster: options.cluster ?? '', namespace: '' }
  const { applications } = await api.call(api.raw.listApplications, request)
  const growing = { api, applications }
  const { depth } = options
  const nodes =
    name === undefined
      ? await clusterNodes(growing, depth)
      : [await applicationNode(growing, await findOne(growing, name), depth)]
  print(options.output, {
    value: { kind: 'List', items: nodes },
    text: () => nodes.flatMap((node) => draw(node)).join('\n'),
    names: () => nodes.flatMap(namesOf),
  })
}

interface Growing {
  readonly api: ApiClient
  readonly applications: readonly ApplicationView[]
}

async function findOne({ api, applications }: Growing, name: string): Promise<ApplicationView> {
  const { application } = await api.call(api.raw.describeApplication, { application: name })
  const found = applications.find(
    ({ applicationId }) => applicationId === application?.applicationId,
  )
  if (found !== undefined) return found
  if (application === undefined) throw new Error(`the server did not describe ${name}`)
  return application
}

async function clusterNodes(growing: Growing, depth: number): Promise<readonly Node[]> {
  const { api, applications } = growing
  const { clusters } = await api.call(api.raw.listClusters, {})
  const nodes = clusters.map(async ({ cluster, reachable, message }) => {
    const roots = applications.filter((view) => view.cluster === cluster && view.parentId === '')
    const children = roots.map((root) => applicationNode(growing, root, depth))
    const status = reachable ? 'Reachable' : 'Unreachable'
    return { name: cluster, status, detail: message, children: await Promise.all(children) }
  })
  return (await Promise.all(nodes)).filter(({ children }) => children.length > 0)
}

async function applicationNode(
  growing: Growing,
  view: ApplicationView,
  depth: number,
): Promise<Node> {
  const { api, applications } = growing
  const own = applications.filter(({ parentId }) => parentId === view.applicationId)
  const below = depth <= 1 ? [] : own.map((child) => applicationNode(growing, child, depth - 1))
  const { reason, message, release, revision } = view
  const why = reason === 'Ready' ? '' : `${reason}: ${message.split('\n')[0] ?? ''}`
  const children = [...(await objectNodes(api, view, own)), ...(await Promise.all(below))]
  return {
    name: view.object?.name ?? view.applicationId,
    status: phaseName(view.phase),
    detail: [release === 0n ? '' : `release ${release}`, shortRevision(revision), why]
      .filter((text) => text !== '')
      .join('  '),
    children,
  }
}

/** What the newest release delivers. Those that declare an application are shown as that application. */
async function objectNodes(
  api: ApiClient,
  view: ApplicationView,
  own: readonly ApplicationView[],
): Promise<readonly Node[]> {
  if (view.release === 0n) return []
  const application = view.applicationId
  const [{ objects }, { deployments }] = await Promise.all([
    readRelease(api, application, undefined),
    api.call(api.raw.listDeployments, { application, cluster: '' }),
  ])
  const unhealthy = deployments.flatMap((deployment) => deployment.objects)
  const isApplication = ({ kind, name }: ReleasedObject): boolean =>
    own.some(({ object }) => object?.kind === kind && object.name === name)
  return objects
    .filter((object) => !isApplication(object))
    .map((object) => {
      const bad = unhealthy.find(({ id }) => id === object.id)
      const status = bad === undefined ? '' : healthName(bad.health)
      return { name: objectName(object), status, detail: bad?.message ?? '', children: [] }
    })
}

function draw({ name, status, detail, children }: Node): readonly string[] {
  const word = paint(process.stdout, status, status === 'Reachable' ? 'good' : toneOf(status))
  const first = [name, word, detail].filter((text) => text !== '').join('  ')
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1
    const [head = '', ...rest] = draw(child)
    return [
      `${isLast ? '└── ' : '├── '}${head}`,
      ...rest.map((line) => `${isLast ? '    ' : '│   '}${line}`),
    ]
  })
  return [first, ...below]
}

function namesOf({ name, children }: Node): readonly string[] {
  return [name, ...children.flatMap(namesOf)]
}
