{{/* Names every object of the release. */}}
{{- define "caisson.name" -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Labels that find the pods of a service: (dict "root" $ "service" "api"). Without a service: all of the release. */}}
{{- define "caisson.selector" -}}
app.kubernetes.io/name: caisson
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .service }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "caisson.labels" -}}
{{ include "caisson.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "caisson.secret" -}}
{{ required "existingSecret: name the Secret with database-url, jwt-secret and the others that values.yaml lists" .Values.existingSecret }}
{{- end }}

{{- define "caisson.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Settings of a container of a service: (dict "root" $ "service" "api"). */}}
{{- define "caisson.environment" -}}
{{- $name := include "caisson.name" .root -}}
{{- $settings := dict
  "CAISSON_PROFILE" "distributed"
  "CAISSON_HOST" "0.0.0.0"
  "CAISSON_PORT" "8080"
  "CAISSON_DATABASE_URL_FILE" "/run/caisson/database-url"
  "CAISSON_KAFKA_BROKERS" (required "kafkaBrokers: where Kafka is, such as kafka:9092" .root.Values.kafkaBrokers)
  "CAISSON_JWT_SECRET_FILE" "/run/caisson/jwt-secret"
  "CAISSON_CALLBACK_SECRET_FILE" "/run/caisson/callback-secret"
  "CAISSON_ENCRYPTION_KEY_FILE" "/run/caisson/encryption-key"
  "CAISSON_BOOTSTRAP_TOKEN_FILE" "/run/caisson/bootstrap-token"
  "CAISSON_STATE_BACKEND_URL" (ternary "http://127.0.0.1:8080" (printf "http://%s-executor:8080" $name) (eq .service "executor"))
  "CAISSON_DATA_DIR" "/var/lib/caisson"
-}}
{{- if .root.Values.redisUrlFromSecret }}
{{- $_ := set $settings "CAISSON_REDIS_URL_FILE" "/run/caisson/redis-url" }}
{{- else }}
{{- $_ := set $settings "CAISSON_REDIS_URL" (required "redisUrl: where Redis is, such as redis://redis:6379" .root.Values.redisUrl) }}
{{- end }}
{{- range $key, $value := merge (dict) .root.Values.environment $settings }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* What a container may do: nothing but run. */}}
{{- define "caisson.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "caisson.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* All keys of the Secret but the owner's URL, which only the migration reads. */}}
{{- define "caisson.serviceKeys" -}}
{{- $keys := list "database-url" "jwt-secret" "callback-secret" "encryption-key" "bootstrap-token" }}
{{- range ternary (append $keys "redis-url") $keys .Values.redisUrlFromSecret }}
- key: {{ . }}
  path: {{ . }}
{{- end }}
{{- end }}

{{- define "caisson.mounts" -}}
- { name: secrets, mountPath: /run/caisson, readOnly: true }
- { name: work, mountPath: /var/lib/caisson }
- { name: tmp, mountPath: /tmp }
{{- end }}
