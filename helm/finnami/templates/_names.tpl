{{/* Names, labels and the roles of the product, each written once. */}}

{{- define "finnami.name" -}}
{{- printf "%s" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "finnami.selector" -}}
app.kubernetes.io/name: finnami
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "finnami.labels" -}}
{{ include "finnami.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "finnami.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* Role -> its values, its arguments, whether it serves probes, whether it calls out. */}}
{{- define "finnami.roles" -}}
api:
  values: {{ .Values.api | toJson }}
  args: ["serve", "api", "--host", "0.0.0.0"]
  probes: true
  egress: {{ or .Values.networkPolicy.apiEgress .Values.secrets.chat }}
worker-fast:
  values: {{ .Values.workerFast | toJson }}
  args: ["serve", "worker", "--queue", "fast"]
  probes: true
  egress: false
worker-slow:
  values: {{ .Values.workerSlow | toJson }}
  args: ["serve", "worker", "--queue", "slow"]
  probes: true
  egress: true
feed:
  values: {{ .Values.feed | toJson }}
  args: ["serve", "feed"]
  # The feed serves no port of its own yet.
  probes: false
  egress: true
{{- end -}}
