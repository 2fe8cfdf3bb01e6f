{{/* What every service is told: takes (list $ "ledger"). */}}
{{- define "tidemark.environment" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $values := $root.Values -}}
- { name: TIDEMARK_NATS_URLS, value: {{ join "," $values.nats.urls | quote }} }
- { name: TIDEMARK_NATS_CA_FILE, value: /etc/tidemark/nats-tls/ca.crt }
{{- if $values.nats.clientCertificate }}
- { name: TIDEMARK_NATS_CERT_FILE, value: /etc/tidemark/nats-tls/tls.crt }
- { name: TIDEMARK_NATS_KEY_FILE, value: /etc/tidemark/nats-tls/tls.key }
{{- end }}
- { name: TIDEMARK_NATS_SEEDS_DIR, value: /etc/tidemark/nats-seeds }
- { name: TIDEMARK_INSTALLATION_SECRET_FILE, value: /etc/tidemark/keys/installation-secret }
- { name: TIDEMARK_LOG, value: {{ $values.logLevel }} }
- { name: HOME, value: /var/cache/tidemark }
- { name: TMPDIR, value: /var/cache/tidemark }
- { name: NODE_COMPILE_CACHE, value: /var/cache/tidemark/node }
{{- if and $values.otlpEndpoint (ne $service "renderer") }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ $values.otlpEndpoint | quote }} }
{{- end }}
{{- include (printf "tidemark.environment.%s" $service) $root }}
{{- end }}

{{- define "tidemark.environment.ledger" }}
- name: TIDEMARK_POSTGRES_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.postgres.ledgerSecret | quote }}, key: url } }
{{- include "tidemark.environment.postgresCa" . }}
- { name: TIDEMARK_LOG_STREAM_REPLICAS, value: {{ .Values.ledger.logStream.replicas | quote }} }
- { name: TIDEMARK_LOG_STREAM_GIB_MAX, value: {{ .Values.ledger.logStream.gibMax | quote }} }
- { name: TIDEMARK_LOG_STREAM_DAYS_MAX, value: {{ .Values.ledger.logStream.daysMax | quote }} }
{{- end }}

{{- define "tidemark.environment.fetcher" }}
- { name: TIDEMARK_CACHE_DIR, value: /var/cache/tidemark }
- { name: TIDEMARK_REFUSE_FORCE_PUSHES, value: {{ join "," .Values.fetcher.refuseForcePushes | quote }} }
- { name: TIDEMARK_SOURCE_MIRRORS, value: {{ join "," .Values.fetcher.sourceMirrors | quote }} }
{{- include "tidemark.environment.outward" . }}
{{- end }}

{{- /* Of those that reach places which Git names: sources, and receivers of notifications. */}}
{{- define "tidemark.environment.outward" }}
- { name: TIDEMARK_SOURCE_HOSTS, value: {{ join "," .Values.fetcher.sourceHosts | quote }} }
- { name: TIDEMARK_SOURCE_NETWORKS, value: {{ join "," .Values.fetcher.sourceNetworks | quote }} }
{{- if .Values.fetcher.proxySecret }}
{{- range list "HTTPS_PROXY" "HTTP_PROXY" "NO_PROXY" }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.fetcher.proxySecret | quote }}, key: {{ . }}, optional: true } }
{{- end }}
{{- end }}
{{- end }}

{{- define "tidemark.environment.renderer" }}
- { name: TIDEMARK_RENDER_PROCESSES, value: {{ .Values.renderer.processes | quote }} }
{{- end }}

{{- define "tidemark.environment.releaser" }}
{{- end }}

{{- define "tidemark.environment.applier" }}
- { name: TIDEMARK_KUBECONFIG, value: /etc/tidemark/clusters/kubeconfig }
{{- end }}

{{- define "tidemark.environment.auditor" }}
- name: TIDEMARK_AUDIT_POSTGRES_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.postgres.auditSecret | quote }}, key: url } }
{{- include "tidemark.environment.postgresCa" . }}
- { name: TIDEMARK_AUDIT_SEED_FILE, value: /etc/tidemark/keys/audit-seed }
- { name: TIDEMARK_AUDIT_NAME, value: {{ .Values.auditor.name | quote }} }
{{- include "tidemark.environment.outward" . }}
{{- end }}

{{- define "tidemark.environment.gateway" }}
- { name: TIDEMARK_TLS_CERT_FILE, value: /etc/tidemark/api-tls/tls.crt }
- { name: TIDEMARK_TLS_KEY_FILE, value: /etc/tidemark/api-tls/tls.key }
- { name: TIDEMARK_TOKENS_FILE, value: /etc/tidemark/keys/tokens }
- { name: TIDEMARK_HOOK_SECRET_FILE, value: /etc/tidemark/keys/hook-secret }
- { name: TIDEMARK_HOOK_TLS, value: {{ ternary "proxy" "own" .Values.gateway.hookIngress.enabled }} }
{{- end }}

{{- define "tidemark.environment.postgresCa" }}
{{- if .Values.postgres.caSecret }}
- { name: TIDEMARK_POSTGRES_CA_FILE, value: /etc/tidemark/postgres-tls/ca.crt }
{{- end }}
{{- end }}
