// What `tidemark render helm` and `helm template` are both asked. CHARTS/NAME is a chart of the corpus, PODINFO the sample,
// TEMP/NAME one of the files below.

/** Files that the rows name. */
export const FILES: Readonly<Record<string, string>> = {
  'first.yaml':
    'replicaCount: 2\nui: {message: first, color: "#111"}\nresources: {limits: {cpu: 1e3}}\n',
  'second.yaml': 'ui: {message: second}\nresources: null\n',
  'a,b.yaml': 'replicaCount: 7\n',
  'broken.yaml': 'a: [1\n',
  'list.yaml': '- a\n',
  'text.txt': 'line one\nline, "two"\n',
  'odd/Chart.yaml': 'apiVersion: v2\nname: odd\nversion: 1.0.0\n',
  'odd/values.yaml': 'kind: fine\n',
  'odd/templates/a.yaml': `{{- if eq .Values.kind "fail" }}{{ fail "no: say which" }}{{ end }}
{{- if eq .Values.kind "nil" }}{{ .Values.missing.field }}{{ end }}
{{- if eq .Values.kind "required" }}{{ required "a name is needed" .Values.name }}{{ end }}
{{- if eq .Values.kind "broken" }}a: [{{ end }}
bytes: {{ .Values.bytes | default "" | b64enc }}
`,
  'unclosed/Chart.yaml': 'apiVersion: v2\nname: unclosed\nversion: 1.0.0\n',
  'unclosed/templates/a.yaml': 'a: {{ if }}\n',
  'library/Chart.yaml': 'apiVersion: v2\nname: library\nversion: 1.0.0\ntype: library\n',
  'needy/Chart.yaml':
    'apiVersion: v2\nname: needy\nversion: 1.0.0\ndependencies: [{name: gone, version: 1.x, repository: https://example.com}]\n',
  'nameless/Chart.yaml': 'apiVersion: v2\nversion: 1.0.0\n',
  'new/Chart.yaml': 'apiVersion: v2\nname: new\nversion: 1.0.0\nkubeVersion: ">= 1.99"\n',
}

/** Bytes that are no text, for `--set-file`. */
export const NO_TEXT: Uint8Array = Uint8Array.of(0xff, 0xfe, 0x00, 0x61)

const QUIET =
  '--create-namespace --dry-run=client --wait --wait-for-jobs --atomic --force --replace --devel --skip-crds --hide-notes ' +
  '--render-subchart-notes --take-ownership --disable-openapi-validation --release-name --description d --labels a=b ' +
  '--timeout 1m --version 9.9.9 --kube-context none'

/** Each prints the same bytes. */
export const PRINTED: readonly string[] = [
  'live PODINFO',
  'PODINFO',
  'live PODINFO -f TEMP/first.yaml --values TEMP/second.yaml',
  'live PODINFO -f TEMP/second.yaml,TEMP/first.yaml',
  'live PODINFO -f "TEMP/a,b.yaml"',
  'live PODINFO -f PODINFO/values-prod.yaml --namespace shop',
  'live PODINFO --set replicaCount=3,ui.message=a\\,b --set service.annotations.a\\.b/c=d --set tolerations[1].key=x',
  'live PODINFO --set resources=null --set image.tag= --set ui.cache={a,b}',
  'live PODINFO --set-string replicaCount=3,podAnnotations.on=true --set podAnnotations.off=1e3',
  'live PODINFO --set-json tolerations=[{"key":"a","n":1.50}] --set-json affinity={"b":{"c":null}}',
  'live PODINFO --set-file ui.message=TEMP/text.txt',
  'live PODINFO --set-literal ui.message=a,b\\c={d}',
  'live PODINFO --set-literal ui.message=5 --set-file ui.message=TEMP/text.txt --set-string ui.message=3 --set ui.message=2 --set-json ui.message="1" -f TEMP/first.yaml',
  'o TEMP/odd --set-file bytes=TEMP/no-text',
  'live PODINFO -n shop --namespace=store',
  'live PODINFO -nshop --kube-version=1.33 --set hpa.enabled=true,ingress.enabled=true',
  'live PODINFO --kube-version v1.24.3 --set hpa.enabled=true,ingress.enabled=true',
  'live CHARTS/metrics-server --kube-version 1.31.2-gke.100',
  'live CHARTS/cert-manager --kube-version 1.33 --set installCRDs=true',
  'live CHARTS/ingress-nginx -a monitoring.coreos.com/v1,policy/v1/PodDisruptionBudget --set controller.metrics.enabled=true,controller.metrics.serviceMonitor.enabled=true',
  'live CHARTS/ingress-nginx --api-versions "a,b" --api-versions c --is-upgrade',
  'live CHARTS/ingress-nginx --no-hooks',
  'live CHARTS/ingress-nginx --no-hooks=false --is-upgrade=true',
  'live CHARTS/traefik',
  'live CHARTS/traefik --include-crds',
  'live CHARTS/traefik --include-crds --include-crds=false',
  'live CHARTS/traefik --include-crds -s crds/traefik.io_middlewares.yaml',
  'live CHARTS/velero --include-crds --kube-version 1.33 --skip-tests',
  'live PODINFO --skip-tests',
  'live PODINFO -s templates/deployment.yaml',
  'live PODINFO --show-only templates/service.yaml -s templates/tests/*.yaml -s templates/deployment.yaml',
  'live CHARTS/bitnami-redis --set auth.password=p -s templates/master/application.yaml --skip-schema-validation',
  'live CHARTS/bitnami-drupal --set drupalPassword=p,mariadb.auth.password=p,mariadb.auth.rootPassword=p -s charts/mariadb/templates/primary/statefulset.yaml',
  'PODINFO --name-template a-{{"X"|lower}}',
  '-g PODINFO',
  `live PODINFO ${QUIET}`,
  'live CHARTS/traefik --set nonsense=5 --skip-schema-validation',
  'live TEMP/podinfo.tgz --set replicaCount=3',
  'live CHARTS/grafana-promtail',
]

/** Each is refused by both, with the same first line of an error and 1. */
export const REFUSED: readonly string[] = [
  'live PODINFO -f TEMP/broken.yaml',
  'live PODINFO -f TEMP/list.yaml',
  'live PODINFO --set replicaCount[=1',
  'live PODINFO --set replicaCount',
  'live PODINFO --set-json replicaCount={',
  'live PODINFO --kube-version nonsense',
  'live PODINFO -s templates/none.yaml',
  'live PODINFO --skip-tests -s templates/tests/jwt.yaml',
  'Not_A_Name PODINFO',
  'PODINFO --name-template {{.x.y',
  'live CHARTS/traefik --set ports=5',
  'o TEMP/odd --set kind=fail',
  'o TEMP/odd --set kind=nil',
  'o TEMP/odd --set kind=required',
  'o TEMP/odd --set kind=broken',
  'o TEMP/odd --set kind=broken --debug',
  'o TEMP/unclosed',
  'o TEMP/library',
  'o TEMP/needy',
  'o TEMP/nameless',
  'o TEMP/new',
  'o TEMP/first.yaml',
]

/** Each is wrong usage of ours, with 2 and what to do; Helm refuses some of them too. */
export const MISUSED: readonly (readonly [args: string, said: string])[] = [
  ['', 'give a chart, or a name and a chart'],
  ['a PODINFO more', 'a name and a chart are all; there is "more" too'],
  ['a PODINFO --name-template b', 'leave --generate-name and --name-template away'],
  ['a PODINFO --nonsense', 'there is no flag --nonsense'],
  ['a PODINFO --namespace', '--namespace needs a value'],
  ['a PODINFO --skip-tests=maybe', '--skip-tests is true or false, not maybe'],
  ['a PODINFO -f "x', 'a quote that is not closed'],
  ['a PODINFO --flavour helm5', '--flavour is helm3 or helm4, not helm5'],
  ['a PODINFO --validate', 'a render asks no cluster'],
  ['a PODINFO --dry-run=server', 'a render asks no cluster'],
  ['a PODINFO --repo https://example.com', 'give a folder or a .tgz'],
  ['a PODINFO --output-dir x', '--show-only TEMPLATE > FILE'],
]
