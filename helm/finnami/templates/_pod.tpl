{{/* The pod that every role and job shares: non-root, read-only, no token, no capability. */}}

{{- define "finnami.pod" -}}
automountServiceAccountToken: false
serviceAccountName: {{ include "finnami.name" .root }}
enableServiceLinks: false
terminationGracePeriodSeconds: 40
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
volumes:
  - name: tmp
    emptyDir:
      medium: Memory
      sizeLimit: 64Mi
  - name: keys
    secret:
      secretName: {{ .root.Values.secrets.existingSecret }}
      defaultMode: 0440
      items:
        - key: keys.json
          path: keys.json
{{- end -}}

{{- define "finnami.container" -}}
image: {{ include "finnami.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ toJson .args }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
env:
  - name: FINNAMI_ENV
    value: {{ .root.Values.environment | quote }}
  - name: FINNAMI_PUBLIC_URL
    value: {{ .root.Values.publicUrl | quote }}
  - name: FINNAMI_KEY_FILE
    value: /run/finnami/keys.json
  - name: FINNAMI_DRAIN_S
    value: {{ .root.Values.drainSeconds | quote }}
  - name: FINNAMI_MONGO_URL
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.existingSecret }}
        key: mongo-url
  - name: FINNAMI_REDIS_URL
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.existingSecret }}
        key: redis-url
  {{- if .root.Values.secrets.smtp }}
  - name: FINNAMI_SMTP_URL
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.existingSecret }}
        key: smtp-url
  {{- end }}
  {{- if and .root.Values.secrets.feed (eq (default "" .role) "feed") }}
  - name: FINNAMI_FEED_KEY
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.existingSecret }}
        key: feed-key
  - name: FINNAMI_FEED_SECRET
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.existingSecret }}
        key: feed-secret
        optional: true
  {{- end }}
  {{- if and .root.Values.secrets.chat (eq (default "" .role) "api") }}
  - name: FINNAMI_CHAT_KEY
    valueFrom:
      secretKeyRef:
        name: {{ .root.Values.secrets.existingSecret }}
        key: chat-key
  {{- end }}
  {{- range $name, $value := .root.Values.settings }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  - name: keys
    mountPath: /run/finnami
    readOnly: true
resources: {{ toJson .resources }}
{{- end -}}
