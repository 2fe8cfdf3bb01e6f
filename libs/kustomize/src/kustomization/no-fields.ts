import type { Kustomization } from './model.ts'
import { kustomizationShape } from './model-shapes.ts'

/** A kustomization in which no field is set: what others are made from. */
export const NO_FIELDS: Kustomization = kustomizationShape.empty
