import { isObject, listAt, numberAt, objectAt, stringAt, type JsonObject } from '../json.ts'
import { AGE, labelText, type Column } from './column.ts'
import { ageOf, humanDuration } from './duration.ts'

/** The columns of the kinds that run Pods. */
export const WORKLOAD_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  '/pods': [
    { name: 'Ready', cell: podReady },
    { name: 'Status', cell: podStatus },
    { name: 'Restarts', cell: podRestarts },
    AGE,
    { name: 'IP', priority: 1, cell: (object) => objectAt(object, 'status')['podIP'] ?? '<none>' },
    {
      name: 'Node',
      priority: 1,
      cell: (object) => objectAt(object, 'spec')['nodeName'] ?? '<none>',
    },
    { name: 'Nominated Node', priority: 1, cell: () => '<none>' },
    { name: 'Readiness Gates', priority: 1, cell: () => '<none>' },
  ],
  '/nodes': [
    { name: 'Status', cell: () => 'Ready' },
    { name: 'Roles', cell: () => '<none>' },
    AGE,
    {
      name: 'Version',
      cell: (object) => objectAt(objectAt(object, 'status'), 'nodeInfo')['kubeletVersion'] ?? '',
    },
  ],
  'apps/deployments': [
    {
      name: 'Ready',
      cell: (object) => `${statusNumber(object, 'readyReplicas')}/${wanted(object)}`,
    },
    { name: 'Up-to-date', cell: (object) => statusNumber(object, 'updatedReplicas') },
    { name: 'Available', cell: (object) => statusNumber(object, 'availableReplicas') },
    AGE,
    ...templateColumns(),
  ],
  'apps/replicasets': [
    { name: 'Desired', type: 'integer', cell: wanted },
    { name: 'Current', type: 'integer', cell: (object) => statusNumber(object, 'replicas') },
    { name: 'Ready', type: 'integer', cell: (object) => statusNumber(object, 'readyReplicas') },
    AGE,
    ...templateColumns(),
  ],
  'apps/statefulsets': [
    {
      name: 'Ready',
      cell: (object) => `${statusNumber(object, 'readyReplicas')}/${wanted(object)}`,
    },
    AGE,
    ...templateColumns().slice(0, 2),
  ],
  'apps/daemonsets': [
    {
      name: 'Desired',
      type: 'integer',
      cell: (object) => statusNumber(object, 'desiredNumberScheduled'),
    },
    {
      name: 'Current',
      type: 'integer',
      cell: (object) => statusNumber(object, 'currentNumberScheduled'),
    },
    { name: 'Ready', type: 'integer', cell: (object) => statusNumber(object, 'numberReady') },
    {
      name: 'Up-to-date',
      type: 'integer',
      cell: (object) => statusNumber(object, 'updatedNumberScheduled'),
    },
    {
      name: 'Available',
      type: 'integer',
      cell: (object) => statusNumber(object, 'numberAvailable'),
    },
    { name: 'Node Selector', cell: nodeSelector },
    AGE,
    ...templateColumns(),
  ],
  'batch/jobs': [
    { name: 'Status', cell: jobStatus },
    { name: 'Completions', cell: jobCompletions },
    { name: 'Duration', cell: jobDuration },
    AGE,
    ...templateColumns(),
  ],
  'batch/cronjobs': [
    { name: 'Schedule', cell: (object) => objectAt(object, 'spec')['schedule'] ?? '' },
    { name: 'Timezone', cell: (object) => objectAt(object, 'spec')['timeZone'] ?? '<none>' },
    {
      name: 'Suspend',
      cell: (object) => (objectAt(object, 'spec')['suspend'] === true ? 'True' : 'False'),
    },
    {
      name: 'Active',
      type: 'integer',
      cell: (object) => listAt(objectAt(object, 'status'), 'active').length,
    },
    { name: 'Last Schedule', cell: lastSchedule },
    AGE,
  ],
}

function templateColumns(): readonly Column[] {
  return [
    {
      name: 'Containers',
      priority: 1,
      cell: (object) =>
        containers(object)
          .map((item) => stringAt(item, 'name') ?? '')
          .join(','),
    },
    {
      name: 'Images',
      priority: 1,
      cell: (object) =>
        containers(object)
          .map((item) => stringAt(item, 'image') ?? '')
          .join(','),
    },
    { name: 'Selector', priority: 1, cell: selectorText },
  ]
}

function containers(object: JsonObject): readonly JsonObject[] {
  const template = objectAt(objectAt(object, 'spec'), 'template')
  return listAt(objectAt(template, 'spec'), 'containers').filter(isObject)
}

function selectorText(object: JsonObject): string {
  return labelText(objectAt(objectAt(objectAt(object, 'spec'), 'selector'), 'matchLabels'))
}

function wanted(object: JsonObject): number {
  return numberAt(objectAt(object, 'spec'), 'replicas') ?? 0
}

function statusNumber(object: JsonObject, name: string): number {
  return numberAt(objectAt(object, 'status'), name) ?? 0
}

function nodeSelector(object: JsonObject): string {
  const template = objectAt(objectAt(object, 'spec'), 'template')
  return labelText(objectAt(objectAt(template, 'spec'), 'nodeSelector'))
}

function podReady(object: JsonObject): string {
  const statuses = listAt(objectAt(object, 'status'), 'containerStatuses').filter(isObject)
  const ready = statuses.filter((status) => status['ready'] === true).length
  return `${ready}/${listAt(objectAt(object, 'spec'), 'containers').length}`
}

function podStatus(object: JsonObject): string {
  const status = objectAt(object, 'status')
  if (objectAt(object, 'metadata')['deletionTimestamp'] !== undefined) return 'Terminating'
  for (const container of listAt(status, 'containerStatuses')) {
    const waiting = objectAt(objectAt(container, 'state'), 'waiting')
    const reason = stringAt(waiting, 'reason')
    if (reason !== undefined) return reason
  }
  const phase = stringAt(status, 'phase') ?? ''
  return phase === 'Succeeded' ? 'Completed' : phase
}

function podRestarts(object: JsonObject): string {
  const statuses = listAt(objectAt(object, 'status'), 'containerStatuses')
  return String(
    statuses.reduce((sum: number, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0),
  )
}

function conditionIs(object: JsonObject, type: string): boolean {
  return listAt(objectAt(object, 'status'), 'conditions').some(
    (condition) => stringAt(condition, 'type') === type && stringAt(condition, 'status') === 'True',
  )
}

function jobStatus(object: JsonObject): string {
  if (conditionIs(object, 'Complete')) return 'Complete'
  if (conditionIs(object, 'Failed')) return 'Failed'
  return objectAt(object, 'spec')['suspend'] === true ? 'Suspended' : 'Running'
}

function jobCompletions(object: JsonObject): string {
  const succeeded = statusNumber(object, 'succeeded')
  const completions = numberAt(objectAt(object, 'spec'), 'completions')
  return completions === undefined
    ? `${succeeded}/1 of ${numberAt(objectAt(object, 'spec'), 'parallelism') ?? 0}`
    : `${succeeded}/${completions}`
}

function jobDuration(object: JsonObject, now: number): string {
  const status = objectAt(object, 'status')
  const start = stringAt(status, 'startTime')
  if (start === undefined) return ''
  const end = stringAt(status, 'completionTime')
  return humanDuration((end === undefined ? now : Date.parse(end)) - Date.parse(start))
}

function lastSchedule(object: JsonObject, now: number): string {
  const time = stringAt(objectAt(object, 'status'), 'lastScheduleTime')
  return time === undefined ? '<none>' : ageOf(time, now)
}
