{{/* The keys of keysSecret that a service gets. */}}
{{- define "tidemark.keysOf" -}}
installation-secret
{{- if eq . "auditor" }} audit-seed{{ end }}
{{- if eq . "gateway" }} hook-secret tokens{{ end }}
{{- end }}

{{/* Volumes of a service's pods: takes (list $ "ledger"). Each pod gets what its service reads, and no more. */}}
{{- define "tidemark.volumes" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $values := $root.Values -}}
- name: cache
  emptyDir: { sizeLimit: {{ eq $service "fetcher" | ternary $values.fetcher.cacheSize "1Gi" }} }
- name: nats-tls
  secret: { secretName: {{ $values.nats.tlsSecret | quote }}, defaultMode: 0440 }
- name: nats-seeds
  secret:
    secretName: {{ $values.nats.seedsSecret | quote }}
    defaultMode: 0440
    items: [{ key: {{ $service }}, path: {{ $service }} }]
- name: keys
  secret:
    secretName: {{ $values.keysSecret | quote }}
    defaultMode: 0440
    items:
      {{- range splitList " " (include "tidemark.keysOf" $service) }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- if and $values.postgres.caSecret (has $service (list "ledger" "auditor")) }}
- name: postgres-tls
  secret: { secretName: {{ $values.postgres.caSecret | quote }}, defaultMode: 0440 }
{{- end }}
{{- if eq $service "gateway" }}
- name: api-tls
  secret: { secretName: {{ $values.gateway.tlsSecret | quote }}, defaultMode: 0440 }
{{- end }}
{{- if eq $service "applier" }}
- name: clusters
  {{- if eq (include "tidemark.kubeconfigMode" $root) "secret" }}
  secret: { secretName: {{ $values.applier.kubeconfigSecret | quote }}, defaultMode: 0440 }
  {{- else }}
  configMap: { name: {{ include "tidemark.name" $root }}-in-cluster }
  {{- end }}
{{- end }}
{{- end }}

{{/* Where they are mounted: takes (list $ "ledger"). */}}
{{- define "tidemark.mounts" -}}
{{- $root := index . 0 -}}
{{- $service := index . 1 -}}
{{- $values := $root.Values -}}
- { name: cache, mountPath: /var/cache/tidemark }
- { name: nats-tls, mountPath: /etc/tidemark/nats-tls, readOnly: true }
- { name: nats-seeds, mountPath: /etc/tidemark/nats-seeds, readOnly: true }
- { name: keys, mountPath: /etc/tidemark/keys, readOnly: true }
{{- if and $values.postgres.caSecret (has $service (list "ledger" "auditor")) }}
- { name: postgres-tls, mountPath: /etc/tidemark/postgres-tls, readOnly: true }
{{- end }}
{{- if eq $service "gateway" }}
- { name: api-tls, mountPath: /etc/tidemark/api-tls, readOnly: true }
{{- end }}
{{- if eq $service "applier" }}
- { name: clusters, mountPath: /etc/tidemark/clusters, readOnly: true }
{{- end }}
{{- end }}
