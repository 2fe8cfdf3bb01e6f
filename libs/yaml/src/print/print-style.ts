/**
 * `yaml2`: `Marshal` of sigs.k8s.io/yaml v1.6.0, which prints what go.yaml.in/yaml/v2 sees in the JSON of a value: Helm's
 * `toYaml`, all output of kubectl and Kustomize. `yaml2-direct`: go.yaml.in/yaml/v2 v2.4.4 itself, as `JSONToYAML` ends. `yaml3`: an
 * encoder of go.yaml.in/yaml/v3 v3.0.5 with indent 2: Helm's `toYamlPretty`.
 */
export type PrintStyle = 'yaml2' | 'yaml2-direct' | 'yaml3'
