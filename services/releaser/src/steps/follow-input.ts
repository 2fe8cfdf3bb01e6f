import {
  event,
  inputId,
  streams,
  type ClusterInputRef,
  type EventOf,
  type Recorded,
} from '@tidemark/contracts'
import { causeOf, type Cause } from '@tidemark/service'
import type { Plane } from '../domain/plane.ts'
import { secretsOfNotifications } from './declare-notification.ts'
import type { ReleaserDeps } from './deps.ts'
import { referencesOf, refOf } from './find-inputs.ts'
import { considerRender } from './request-renders.ts'

/** ClusterInputObserved, SecretSet, SecretUnset -> RenderRequested for each application that names it, where its values are others. */
export async function followInput(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'ClusterInputObserved' | 'SecretSet' | 'SecretUnset'>>,
  signal: AbortSignal,
): Promise<void> {
  const { value } = recorded.event
  const ref = 'secret' in value ? value.secret : value.input
  if (ref === undefined) return
  for (const id of namingOf(deps.plane, ref))
    await considerRender(deps, id, causeOf(recorded), signal)
}

/** ClusterInputReleased for each that no application, Receiver or Provider names any more. */
export function releaseInputs({ plane, decisions }: ReleaserDeps, cause: Cause): void {
  const secrets = secretsOfNotifications(plane)
  for (const { ref, requestedFor } of plane.inputs.values()) {
    if (!requestedFor.demand || namingOf(plane, ref).length > 0) continue
    if (secrets.has(inputId(ref))) continue
    const released = event('ClusterInputReleased', { input: ref })
    decisions.record(cause, [{ stream: streams.demand(ref), event: released }])
  }
}

interface Naming {
  readonly declarations: number
  /** Id of an input -> the applications that name it. */
  readonly byInput: ReadonlyMap<string, readonly string[]>
}

const NAMING = new WeakMap<Plane, Naming>()

/** The applications that name an input, of a plane as it is declared now. */
function namingOf(plane: Plane, ref: ClusterInputRef): readonly string[] {
  let known = NAMING.get(plane)
  if (known?.declarations !== plane.declarations) {
    known = { declarations: plane.declarations, byInput: allNaming(plane) }
    NAMING.set(plane, known)
  }
  return known.byInput.get(inputId(ref)) ?? []
}

function allNaming({ applications }: Plane): Naming['byInput'] {
  const naming = new Map<string, string[]>()
  for (const state of applications.values()) {
    if (state.declared === undefined || state.removed !== undefined) continue
    for (const reference of referencesOf(state)) {
      const id = inputId(refOf(state, reference))
      const known = naming.get(id)
      if (known === undefined) naming.set(id, [state.id])
      else known.push(state.id)
    }
  }
  return naming
}
