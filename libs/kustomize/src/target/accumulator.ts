import { during } from '../kustomize-error.ts'
import { EMPTY_CONFIG, mergeConfigs, type TransformerConfig } from '../config/transformer-config.ts'
import { ResourceSet } from '../resource-set.ts'
import { VarSet } from '../vars/var-set.ts'

/** What a kustomization and all below it have brought together. */
export class Accumulator {
  readonly set: ResourceSet = new ResourceSet()
  readonly vars: VarSet = new VarSet()
  config: TransformerConfig = EMPTY_CONFIG

  mergeConfig(config: TransformerConfig, told: string): void {
    this.config = during(told, () => mergeConfigs(this.config, config))
  }

  /** Takes all that another one has. @throws KustomizeError when an object or a var is in both */
  merge(other: Accumulator): void {
    this.set.appendAll(other.set.resources)
    this.config = mergeConfigs(this.config, other.config)
    this.vars.merge(other.vars.all)
  }
}
