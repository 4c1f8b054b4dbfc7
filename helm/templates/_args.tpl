{{- /* The flags of one role, a YAML list; (dict "root" $ "role" "web"). */ -}}
{{- define "prow.args" -}}
{{- $v := .root.Values -}}
{{- $own := index $v .role -}}
- serve
- --role={{ .role }}
- --port=8888
- --metrics-port=9090
- --health-port=8081
- --state-dir=/var/lib/prow
- --grace-period={{ int64 $v.gracePeriodSeconds }}s
{{- with $v.components }}
- --components={{ join "," . }}
{{- end }}
{{- if $v.configRepo }}
- --config-repo={{ $v.configRepo }}
{{- with $v.configRepoBranch }}
- {{ printf "--config-repo-branch=%s" . | quote }}
{{- end }}
{{- with $v.configRepoPaths.config }}
- {{ printf "--config-path=%s" . | quote }}
{{- end }}
{{- with $v.configRepoPaths.plugins }}
- {{ printf "--plugin-config=%s" . | quote }}
{{- end }}
{{- with $v.configRepoPaths.jobs }}
- {{ printf "--job-config-path=%s" . | quote }}
{{- end }}
{{- else }}
- --config-path=/etc/config/config.yaml
- --plugin-config=/etc/plugins/plugins.yaml
{{- if or $v.jobs $v.configMaps.jobs }}
- --job-config-path=/etc/job-config
{{- end }}
{{- end }}
{{- with $v.github.host }}
- {{ printf "--github-host=%s" . | quote }}
{{- end }}
{{- range $v.github.endpoints }}
- {{ printf "--github-endpoint=%s" . | quote }}
{{- end }}
{{- with $v.github.graphqlEndpoint }}
- {{ printf "--github-graphql-endpoint=%s" . | quote }}
{{- end }}
{{- if $v.github.token.existingSecret }}
- --github-token-path=/etc/github/token
{{- else }}
- --github-app-private-key-path=/etc/github/cert
{{- end }}
{{- if not $v.inCluster }}
- --no-in-cluster-config=true
{{- end }}
{{- if include "prow.kubeconfigs" . }}
- --kubeconfig-dir=/etc/kubeconfigs
{{- with $v.buildClusters.suffix }}
- {{ printf "--kubeconfig-suffix=%s" . | quote }}
{{- end }}
{{- end }}
{{- if $v.slack.existingSecret }}
{{- if $v.slack.tokenKey }}
- --slack-token-file=/etc/slack/token
{{- end }}
{{- if and $v.slack.signingSecretKey (eq .role "web") }}
- --slack-signing-secret-file=/etc/slack/signing-secret
{{- end }}
{{- end }}
{{- if include "prow.mountsStorage" . }}
{{- if $v.storage.gcsKey }}
- --gcs-credentials-file=/etc/storage/gcs
{{- end }}
{{- if $v.storage.s3Key }}
- --s3-credentials-file=/etc/storage/s3
{{- end }}
{{- if $v.storage.azureKey }}
- --azure-credentials-file=/etc/storage/azure
{{- end }}
{{- end }}
{{- with $v.redis.prefix }}
- {{ printf "--redis-prefix=%s" . | quote }}
{{- end }}
{{- if $v.dryRun }}
- --dry-run=true
{{- end }}
{{- with $v.logLevel }}
- --log-level={{ . }}
{{- end }}
{{- if eq .role "web" }}
- {{ printf "--webhook-path=%s" $v.webhook.path | quote }}
{{- if include "prow.takesWebhooks" . }}
- --hmac-secret-file=/etc/webhook/hmac
{{- end }}
{{- else }}
{{- with $own.queues }}
- --queues={{ join "," . }}
{{- end }}
{{- end }}
{{- range concat $v.extraArgs $own.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- /* The Secret of kubeconfigs of one role; empty for none. */ -}}
{{- define "prow.kubeconfigs" -}}
{{- if eq .role "web" -}}{{ .root.Values.buildClusters.webExistingSecret }}{{- else -}}{{ .root.Values.buildClusters.existingSecret }}{{- end -}}
{{- end -}}

{{- define "prow.takesWebhooks" -}}
{{- if eq .role "web" -}}{{- include "prow.actsAs" (dict "root" .root "any" (list "hook")) -}}{{- end -}}
{{- end -}}

{{- define "prow.env" -}}
{{- $v := .root.Values -}}
{{- if include "prow.ownRedis" .root -}}
- name: REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "prow.redisSecret" .root | quote }}, key: {{ $v.redis.auth.key | quote }} } }
- name: REDIS_URL
  value: redis://:$(REDIS_PASSWORD)@{{ include "prow.fullname" .root }}-redis:6379
{{- else if $v.redis.existingSecret -}}
- name: REDIS_URL
  valueFrom: { secretKeyRef: { name: {{ $v.redis.existingSecret | quote }}, key: {{ $v.redis.existingSecretKey | quote }} } }
{{- else -}}
- name: REDIS_URL
  value: {{ $v.redis.url | quote }}
{{- end }}
{{- if not $v.github.token.existingSecret }}
- name: GITHUB_APP_ID
{{- if $v.github.app.id }}
  value: {{ $v.github.app.id | quote }}
{{- else }}
  valueFrom: { secretKeyRef: { name: {{ $v.github.app.existingSecret | quote }}, key: {{ $v.github.app.idKey | quote }} } }
{{- end }}
{{- end }}
- name: HOME
  value: /var/lib/prow
{{- with concat $v.extraEnv (index $v .role).extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}
