{{- /* One role's Deployment; (dict "root" $ "role" "web"). */ -}}
{{- define "prow.deployment" -}}
{{- $v := .root.Values -}}
{{- $own := index $v .role -}}
{{- $preStop := int64 (default 0 $own.preStopSeconds) -}}
{{- $selector := include "prow.selector" . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "prow.fullname" .root }}-{{ .role }}
  namespace: {{ .root.Release.Namespace | quote }}
  labels:
    {{- include "prow.labels" . | nindent 4 }}
spec:
  {{- if not $own.autoscaling.enabled }}
  replicas: {{ int64 $own.replicas }}
  {{- end }}
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  selector:
    matchLabels:
      {{- $selector | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "prow.labels" . | nindent 8 }}
        {{- include "prow.scraped" .root | nindent 8 }}
        {{- with $v.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $v.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "prow.serviceAccount" . | quote }}
      automountServiceAccountToken: {{ $v.inCluster }}
      # Each flag has an environment variable, and a Service named `metrics` would set METRICS_PORT.
      enableServiceLinks: false
      # Prow ends itself five seconds after its own grace period.
      terminationGracePeriodSeconds: {{ add (int64 $v.gracePeriodSeconds) $preStop 10 }}
      {{- with $v.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . | quote }}
        {{- end }}
      {{- end }}
      securityContext:
        {{- toYaml $v.podSecurityContext | nindent 8 }}
      containers:
        - name: prow
          image: {{ include "prow.image" (dict "image" $v.image "fallback" .root.Chart.AppVersion) | quote }}
          imagePullPolicy: {{ $v.image.pullPolicy }}
          args:
            {{- include "prow.args" . | nindent 12 }}
          env:
            {{- include "prow.env" . | nindent 12 }}
          ports:
            {{- if eq .role "web" }}
            - { name: http, containerPort: 8888 }
            {{- end }}
            - { name: metrics, containerPort: 9090 }
            - { name: health, containerPort: 8081 }
          # The first start may have to clone the repository of the configuration.
          startupProbe: { httpGet: { path: /healthz, port: health }, periodSeconds: 2, failureThreshold: 150 }
          livenessProbe: { httpGet: { path: /healthz, port: health }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }
          readinessProbe: { httpGet: { path: /healthz/ready, port: health }, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 }
          {{- if gt $preStop 0 }}
          lifecycle: { preStop: { exec: { command: [sleep, {{ $preStop | toString | quote }}] } } }
          {{- end }}
          securityContext:
            {{- toYaml $v.securityContext | nindent 12 }}
          resources:
            {{- toYaml $own.resources | nindent 12 }}
          volumeMounts:
            {{- include "prow.mounts" . | nindent 12 }}
      volumes:
        {{- include "prow.volumes" . | nindent 8 }}
      {{- if or $v.topologySpread.hosts $v.topologySpread.zones }}
      topologySpreadConstraints:
        {{- range $key, $when := dict "kubernetes.io/hostname" $v.topologySpread.hosts "topology.kubernetes.io/zone" $v.topologySpread.zones }}
        {{- if $when }}
        - topologyKey: {{ $key }}
          maxSkew: 1
          whenUnsatisfiable: {{ $when }}
          labelSelector:
            matchLabels:
              {{- $selector | nindent 14 }}
        {{- end }}
        {{- end }}
      {{- end }}
      {{- with $own.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.priorityClassName }}
      priorityClassName: {{ . | quote }}
      {{- end }}
{{- end -}}
