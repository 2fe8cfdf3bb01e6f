/**
 * Whose rules a text is read by. `yaml2`: sigs.k8s.io/yaml v1.6.0 over go.yaml.in/yaml/v2 v2.4.4, as kubectl, Helm and
 * the API server read (`yes` is true, `0755` is 493). `yaml3`: go.yaml.in/yaml/v3 v3.0.4, as Kustomize reads
 * (`yes` is text).
 */
export type Flavour = 'yaml2' | 'yaml3'
