{{/* The services, in the order in which they depend on one another. */}}
{{- define "tidemark.services" -}}
ledger fetcher renderer releaser applier auditor gateway
{{- end }}

{{- define "tidemark.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "tidemark.instanceLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tidemark.labels" -}}
{{ include "tidemark.instanceLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Labels that pick the pods of one service: takes (list $ "ledger"). */}}
{{- define "tidemark.serviceLabels" -}}
{{- $root := index . 0 -}}
{{ include "tidemark.instanceLabels" $root }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "tidemark.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* Where the applier finds its contexts. */}}
{{- define "tidemark.kubeconfigMode" -}}
{{- if and .Values.applier.kubeconfigSecret .Values.applier.inCluster.enabled -}}
{{- fail "applier.kubeconfigSecret and applier.inCluster.enabled exclude one another: put the context of this cluster into the Secret, or leave the Secret out" -}}
{{- else if .Values.applier.kubeconfigSecret -}}
secret
{{- else if .Values.applier.inCluster.enabled -}}
in-cluster
{{- else -}}
{{- fail "the applier reaches no cluster: set applier.kubeconfigSecret or applier.inCluster.enabled" -}}
{{- end -}}
{{- end }}

{{/* Peers and ports of a NetworkPolicy rule: takes (dict "key" "to" "peers" list "ports" list). */}}
{{- define "tidemark.rule" -}}
- ports:
    {{- range .ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
  {{- with .peers }}
  {{ $.key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
