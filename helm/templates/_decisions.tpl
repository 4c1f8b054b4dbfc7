{{- /* Each prints a text that is empty for no. */ -}}

{{- /* Whether this installation acts as one of .any. */ -}}
{{- define "prow.actsAs" -}}
{{- $components := .root.Values.components -}}
{{- if not $components -}}yes{{- else -}}{{- range .any -}}{{- if has . $components -}}yes{{- end -}}{{- end -}}{{- end -}}
{{- end -}}

{{- /* config.yaml as YAML text, where it is written in the values. */ -}}
{{- define "prow.inlineConfig" -}}
{{- include "prow.text" .Values.config -}}
{{- end -}}

{{- /* A file that is given as text or as YAML. */ -}}
{{- define "prow.text" -}}
{{- if kindIs "string" . -}}{{ . }}{{- else -}}{{ toYaml (default dict .) }}{{- end -}}
{{- end -}}

{{- /* A namespace: (dict "root" $ "value" "podNamespace" "key" "pod_namespace"). */ -}}
{{- define "prow.namespace" -}}
{{- $given := index .root.Values .value -}}
{{- $said := "" -}}
{{- if .root.Values.config -}}
{{- $config := include "prow.inlineConfig" .root | fromYaml -}}
{{- if hasKey $config "Error" -}}{{- fail (printf "config: not YAML: %s" (index $config "Error")) -}}{{- end -}}
{{- $said = index $config .key | default "default" -}}
{{- end -}}
{{- if and $given $said (ne $given $said) -}}
{{- fail (printf "%s is %q, but config.yaml's %s is %q: they must be equal" .value $given .key $said) -}}
{{- end -}}
{{- $given | default $said | default "default" -}}
{{- end -}}

{{- define "prow.prowJobNamespace" -}}
{{- include "prow.namespace" (dict "root" . "value" "prowJobNamespace" "key" "prowjob_namespace") -}}
{{- end -}}
{{- define "prow.podNamespace" -}}
{{- include "prow.namespace" (dict "root" . "value" "podNamespace" "key" "pod_namespace") -}}
{{- end -}}

{{- define "prow.ownRedis" -}}
{{- if not (or .Values.redis.url .Values.redis.existingSecret) -}}yes{{- end -}}
{{- end -}}

{{- define "prow.redisSecret" -}}
{{- .Values.redis.auth.existingSecret | default (printf "%s-redis" (include "prow.fullname" .)) -}}
{{- end -}}

{{- /* Contradictions, each refused with the keys that make it. */ -}}
{{- define "prow.check" -}}
{{- $v := .Values -}}
{{- if $v.configRepo -}}
{{- range $key := list "config" "plugins" "jobs" -}}
{{- if index $v $key -}}{{- fail (printf "configRepo and %s exclude each other: the configuration comes from the repository" $key) -}}{{- end -}}
{{- end -}}
{{- if or $v.configMaps.config.name $v.configMaps.plugins.name $v.configMaps.jobs -}}{{- fail "configRepo and configMaps exclude each other: the configuration comes from the repository" -}}{{- end -}}
{{- else if or $v.configRepoBranch $v.configRepoPaths.config $v.configRepoPaths.plugins $v.configRepoPaths.jobs -}}
{{- fail "configRepoBranch and configRepoPaths need configRepo" -}}
{{- end -}}
{{- if and $v.config $v.configMaps.config.name -}}{{- fail "config and configMaps.config.name exclude each other" -}}{{- end -}}
{{- if and $v.plugins $v.configMaps.plugins.name -}}{{- fail "plugins and configMaps.plugins.name exclude each other" -}}{{- end -}}
{{- if and $v.redis.url $v.redis.existingSecret -}}{{- fail "redis.url and redis.existingSecret exclude each other" -}}{{- end -}}
{{- if contains "@" $v.redis.url -}}{{- fail "redis.url holds a user or a password: put the whole address into a Secret, and its name into redis.existingSecret" -}}{{- end -}}
{{- if and $v.slack.existingSecret (not $v.slack.tokenKey) (not $v.slack.signingSecretKey) -}}{{- fail "slack.existingSecret needs slack.tokenKey or slack.signingSecretKey" -}}{{- end -}}
{{- if not (or $v.github.token.existingSecret $v.github.app.existingSecret) -}}{{- fail "github.app.existingSecret is missing (or github.token.existingSecret)" -}}{{- end -}}
{{- if and (not (or $v.github.token.existingSecret $v.github.app.id)) (not $v.github.app.idKey) -}}{{- fail "github.app.id is missing (or github.app.idKey)" -}}{{- end -}}
{{- if and (include "prow.actsAs" (dict "root" . "any" (list "hook"))) (not $v.webhook.existingSecret) -}}{{- fail "webhook.existingSecret is missing: components has hook" -}}{{- end -}}
{{- if and $v.buildClusters.suffix (not (or $v.buildClusters.existingSecret $v.buildClusters.webExistingSecret)) -}}{{- fail "buildClusters.suffix needs buildClusters.existingSecret or buildClusters.webExistingSecret" -}}{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.hosts) -}}{{- fail "ingress.hosts is empty" -}}{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}{{- fail "httpRoute.parentRefs is empty" -}}{{- end -}}
{{- range $role := list "web" "worker" -}}
{{- with (index $v $role).autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}{{- fail (printf "%s.autoscaling.minReplicas is greater than maxReplicas" $role) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
