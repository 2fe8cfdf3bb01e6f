import { draftAt, draftsAt, ensureAt, setDefaults, type Draft } from '../draft.ts'

/** Defaults of a HorizontalPodAutoscaler (pkg/apis/autoscaling/v2/defaults.go of Kubernetes 1.36). */
export function setAutoscalerDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setDefaults(spec, { minReplicas: 1 })
  if (draftsAt(spec, 'metrics').length === 0) {
    const target = { type: 'Utilization', averageUtilization: 80 }
    spec['metrics'] = [{ type: 'Resource', resource: { name: 'cpu', target } }]
  }
  // Without a behavior there are no defaults of it; with one, both directions have them.
  const behavior = draftAt(spec, 'behavior')
  if (behavior === undefined) return
  setDefaults(ensureAt(behavior, 'scaleUp'), {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  })
  setDefaults(ensureAt(behavior, 'scaleDown'), {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  })
}
