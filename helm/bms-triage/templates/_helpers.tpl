{{- define "bms-triage.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "bms-triage.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "bms-triage.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "bms-triage.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "bms-triage.selector" -}}
app.kubernetes.io/name: {{ include "bms-triage.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "bms-triage.labels" -}}
{{ include "bms-triage.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "bms-triage.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "bms-triage.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "bms-triage.secretName" -}}
{{- default (include "bms-triage.fullname" .) .Values.existingSecret }}
{{- end }}

{{/* What each secret that this configuration needs is for, as YAML. */}}
{{- define "bms-triage.neededSecrets" -}}
{{- $v := .Values -}}
{{ $v.truto.accountId | empty | ternary "KASEYA_PASSWORD: the password of the BMS user" "TRUTO_TOKEN: the token of Truto" }}
OPENAI_API_KEY: the key of the model provider
{{- range $name, $connection := $v.config.connections }}
{{- range $variable := (kindIs "slice" $connection.auth.secretEnv | ternary $connection.auth.secretEnv (list $connection.auth.secretEnv)) }}
{{ $variable }}: the secret of connection {{ $name }}
{{- end }}
{{- end }}
{{- range $name, $remedy := $v.config.remedies }}
{{- if $remedy.datto }}
DATTO_API_KEY: the remedy {{ $name }} runs at Datto RMM
DATTO_API_SECRET_KEY: the remedy {{ $name }} runs at Datto RMM
{{- else }}
{{ $remedy.webhook.secretEnv }}: the secret of remedy {{ $name }}
{{- end }}
{{- end }}
{{- end }}

{{/* Fails with the name of what is missing and the way out. */}}
{{- define "bms-triage.check" -}}
{{- $v := .Values }}
{{- if not $v.truto.accountId }}
{{- $_ := required "kaseya.baseUrl is missing: your region, for example https://api.bms.kaseya.com" $v.kaseya.baseUrl }}
{{- $_ := required "kaseya.username is missing: a BMS user of its own for this service" $v.kaseya.username }}
{{- $_ := required "kaseya.tenant is missing: the company name under My Settings in BMS" $v.kaseya.tenant }}
{{- if $v.secrets.TRUTO_TOKEN }}
{{- fail "truto.accountId is missing: the integrated account that TRUTO_TOKEN is to reach" }}
{{- end }}
{{- end }}
{{- $_ := required "openai.model is missing: the name of a model that supports tools" $v.openai.model }}
{{- range $name, $remedy := $v.config.remedies }}
{{- if $remedy.datto }}
{{- $_ := required (printf "datto.url is missing: the remedy %s runs at Datto RMM" $name) $v.datto.url }}
{{- end }}
{{- end }}
{{- if not $v.existingSecret }}
{{- range $variable, $use := include "bms-triage.neededSecrets" . | fromYaml }}
{{- $_ := required (printf "secrets.%s is missing: %s; set it, or name a Secret of your own as existingSecret" $variable $use) (get $v.secrets $variable) }}
{{- end }}
{{- end }}
{{- if not (or $v.redis.url $v.redis.existingSecret $v.valkey.enabled) }}
{{- fail "redis.url is missing: set it, or redis.existingSecret, or valkey.enabled=true for a small Valkey of its own" }}
{{- end }}
{{- if and $v.ingress.enabled (not $v.ingress.host) }}
{{- fail "ingress.host is missing: the name that your RMM posts to" }}
{{- end }}
{{- end }}

{{/* The pod of either role. Takes (dict "root" . "role" "server" "values" .Values.server). */}}
{{- define "bms-triage.pod" -}}
{{- $root := .root }}
{{- with $root }}
metadata:
  labels:
    {{- include "bms-triage.labels" . | nindent 4 }}
    app.kubernetes.io/component: {{ $.role }}
  annotations:
    # A changed configuration or secret restarts the pods.
    checksum/config: {{ .Values.config | toJson | sha256sum }}
    checksum/secrets: {{ .Values.secrets | toJson | sha256sum }}
    {{- if .Values.prometheusScrape }}
    prometheus.io/scrape: "true"
    prometheus.io/path: /metrics
    prometheus.io/port: "3000"
    {{- end }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "bms-triage.serviceAccount" . }}
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: {{ $.values.terminationGracePeriodSeconds | default 30 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: {{ $.role }}
      image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [{{ $.role }}]
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      ports:
        - { name: http, containerPort: 3000 }
      env:
        - { name: HOST, value: "0.0.0.0" }
        - { name: PORT, value: "3000" }
        - { name: LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
        - { name: TRIAGE_CONFIG, value: /etc/bms-triage/triage.yaml }
        {{- with .Values.truto.accountId }}
        - { name: TRUTO_ACCOUNT_ID, value: {{ . | quote }} }
        {{- with $root.Values.truto.baseUrl }}
        - { name: TRUTO_BASE_URL, value: {{ . | quote }} }
        {{- end }}
        {{- else }}
        - { name: KASEYA_BASE_URL, value: {{ .Values.kaseya.baseUrl | quote }} }
        - { name: KASEYA_USERNAME, value: {{ .Values.kaseya.username | quote }} }
        - { name: KASEYA_TENANT, value: {{ .Values.kaseya.tenant | quote }} }
        {{- end }}
        {{- with .Values.datto.url }}
        - { name: DATTO_URL, value: {{ . | quote }} }
        {{- end }}
        - { name: KASEYA_INTEGRATION_TYPE, value: {{ .Values.kaseya.integrationType | quote }} }
        {{- with .Values.openai.baseUrl }}
        - { name: OPENAI_BASE_URL, value: {{ . | quote }} }
        {{- end }}
        - { name: OPENAI_MODEL, value: {{ .Values.openai.model | quote }} }
        {{- if .Values.redis.existingSecret }}
        - name: REDIS_URL
          valueFrom:
            secretKeyRef: { name: {{ .Values.redis.existingSecret }}, key: {{ .Values.redis.existingSecretKey }} }
        {{- else if .Values.redis.url }}
        - name: REDIS_URL
          valueFrom:
            secretKeyRef: { name: {{ include "bms-triage.fullname" . }}-redis, key: REDIS_URL }
        {{- else }}
        - { name: REDIS_URL, value: "redis://{{ include "bms-triage.fullname" . }}-valkey:6379" }
        {{- end }}
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      envFrom:
        - secretRef: { name: {{ include "bms-triage.secretName" . }} }
      livenessProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 10
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
      resources:
        {{- toYaml $.values.resources | nindent 8 }}
      volumeMounts:
        - { name: config, mountPath: /etc/bms-triage, readOnly: true }
  volumes:
    - name: config
      configMap: { name: {{ include "bms-triage.fullname" . }} }
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
