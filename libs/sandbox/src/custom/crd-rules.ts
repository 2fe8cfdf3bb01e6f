import { invalid, required, type FieldError } from '../api/errors.ts'
import { draftAt, draftOf, draftsAt, ensureAt, setDefaults, type Draft } from '../draft.ts'
import { equalJson, isObject, listAt, objectAt, stringAt, type JsonObject } from '../json.ts'
import type { KindRules } from '../kinds/rules.ts'

/** Rules of CustomResourceDefinitions. They are established as soon as they are stored. */
export const CRD_RULES: KindRules = {
  setDefaults: setCrdDefaults,
  prepareCreate: (draft) => establish(draft, []),
  prepareUpdate: (draft, old) => {
    draft['status'] = structuredStatus(old)
    establish(draft, listAt(objectAt(old, 'status'), 'storedVersions').map(String))
  },
  validate: validateCrd,
  validateUpdate: validateCrdUpdate,
  generation: ['spec'],
}

function structuredStatus(old: JsonObject): Draft {
  const conditions = listAt(objectAt(old, 'status'), 'conditions').filter(isObject)
  return { conditions: conditions.map(draftOf) }
}

function setCrdDefaults(draft: Draft): void {
  const spec = ensureAt(draft, 'spec')
  setDefaults(ensureAt(spec, 'conversion'), { strategy: 'None' })
  const names = ensureAt(spec, 'names')
  const kind = names['kind']
  if (typeof kind === 'string' && kind !== '') {
    if ((names['singular'] ?? '') === '') names['singular'] = kind.toLowerCase()
    if ((names['listKind'] ?? '') === '') names['listKind'] = `${kind}List`
  }
}

/** The conditions that the API server's own controllers set, at the time of the object. */
function establish(draft: Draft, storedBefore: readonly string[]): void {
  const spec = ensureAt(draft, 'spec')
  const status = ensureAt(draft, 'status')
  const time = ensureAt(draft, 'metadata')['creationTimestamp'] ?? null
  const storage = draftsAt(spec, 'versions').find((version) => version['storage'] === true)
  const stored = new Set([...storedBefore, stringAt(storage, 'name') ?? ''])
  status['storedVersions'] = [...stored].filter((name) => name !== '')
  status['acceptedNames'] = { ...draftAt(spec, 'names') }
  if (draftsAt(status, 'conditions').length > 0) return
  status['conditions'] = [
    condition('NamesAccepted', 'NoConflicts', 'no conflicts found', time),
    condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted', time),
  ]
}

function condition(
  type: string,
  reason: string,
  message: string,
  lastTransitionTime: Draft[string],
): Draft {
  return { lastTransitionTime, message, reason, status: 'True', type }
}

function validateCrd(object: JsonObject): readonly FieldError[] {
  const spec = objectAt(object, 'spec')
  const names = objectAt(spec, 'names')
  const [group, plural] = [stringAt(spec, 'group') ?? '', stringAt(names, 'plural') ?? '']
  const name = stringAt(objectAt(object, 'metadata'), 'name') ?? ''
  const errors: FieldError[] = []
  if (group === '') errors.push(required('spec.group'))
  if (plural === '') errors.push(required('spec.names.plural'))
  if ((stringAt(names, 'kind') ?? '') === '') errors.push(required('spec.names.kind'))
  if (name !== `${plural}.${group}`) {
    errors.push(invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'))
  }
  const versions = listAt(spec, 'versions')
  const storages = versions.filter((version) => isObject(version) && version['storage'] === true)
  if (storages.length !== 1) {
    const detail = 'must have exactly one version marked as storage version'
    errors.push(invalid('spec.versions', versions, detail))
  }
  for (const [index, version] of versions.entries()) {
    const schema = objectAt(isObject(version) ? version : {}, 'schema')
    if (isObject(schema['openAPIV3Schema'])) continue
    errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'))
  }
  return errors
}

function validateCrdUpdate(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const [after, before] = [objectAt(object, 'spec'), objectAt(old, 'spec')]
  const [names, oldNames] = [objectAt(after, 'names'), objectAt(before, 'names')]
  const checks: readonly (readonly [string, JsonObject, JsonObject, string])[] = [
    ['spec.group', after, before, 'group'],
    ['spec.scope', after, before, 'scope'],
    ['spec.names.plural', names, oldNames, 'plural'],
    ['spec.names.kind', names, oldNames, 'kind'],
  ]
  return checks.flatMap(([field, next, previous, key]) =>
    equalJson(next[key], previous[key])
      ? []
      : [invalid(field, next[key] ?? '', 'field is immutable')],
  )
}
