import { mask } from './mask.ts'
import type { Scenario, Step } from './scenario.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly warnings: string | undefined
}

/** Sends one request to a server. */
export type Send = (step: Step) => Promise<Answer>

const TRIES_MAX = 100 // Ten seconds: a definition is served within one.

/** The masked answers to the steps of a scenario that count, in a namespace of its own. */
export async function runScenario(
  scenario: Scenario,
  namespace: string,
  send: Send,
): Promise<unknown[]> {
  const sendNamed = (step: Step): Promise<Answer> => send(placed(step, namespace))
  await sendNamed({
    method: 'POST',
    path: '/api/v1/namespaces',
    type: 'application/json',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'NS' } },
  })
  const answers: unknown[] = []
  for (const step of scenario.steps) {
    if (step.until !== undefined) await repeat(step, sendNamed)
    else answers.push(comparable(step, await sendNamed(step), namespace))
  }
  return answers
}

/** `NS` in paths and bodies is the namespace of the scenario. */
function placed(step: Step, namespace: string): Step {
  const text = JSON.stringify(step).replaceAll('NS', namespace)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It was a step before.
  return JSON.parse(text) as Step
}

async function repeat(step: Step, send: Send): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { status } = await send(step)
    if (status === step.until) return
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
  throw new Error(`${step.method} ${step.path} never answered ${step.until}`)
}

function comparable(step: Step, { status, body, warnings }: Answer, namespace: string): unknown {
  const request = `${step.method} ${step.path}`
  if (step.loosely === true) return { request, status }
  const text = JSON.stringify(mask(body)).replaceAll(namespace, 'NS')
  return {
    request,
    status,
    body: JSON.parse(text) as unknown,
    ...(warnings === undefined ? {} : { warnings }),
  }
}
