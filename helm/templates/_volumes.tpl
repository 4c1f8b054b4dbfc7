{{- /* Volumes of one role: of each Secret only the keys that the role needs, readable by owner and group (288 is 0440). No subPath, so that changes arrive. */ -}}
{{- define "prow.volumes" -}}
{{- $v := .root.Values -}}
{{- $name := include "prow.fullname" .root -}}
- name: state
{{- if $v.state.size }}
  ephemeral:
    volumeClaimTemplate:
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $v.state.storageClassName }}
        storageClassName: {{ . | quote }}
        {{- end }}
        resources: { requests: { storage: {{ $v.state.size | quote }} } }
{{- else if $v.state.sizeLimit }}
  emptyDir: { sizeLimit: {{ $v.state.sizeLimit | quote }} }
{{- else }}
  emptyDir: {}
{{- end }}
- name: tmp
  emptyDir: {}
{{- if not $v.configRepo }}
- name: config
  configMap: { name: {{ $v.configMaps.config.name | default (printf "%s-config" $name) | quote }}, items: [{ key: {{ ternary $v.configMaps.config.key "config.yaml" (ne $v.configMaps.config.name "") | quote }}, path: config.yaml }] }
- name: plugins
  configMap: { name: {{ $v.configMaps.plugins.name | default (printf "%s-plugins" $name) | quote }}, items: [{ key: {{ ternary $v.configMaps.plugins.key "plugins.yaml" (ne $v.configMaps.plugins.name "") | quote }}, path: plugins.yaml }] }
{{- if or $v.jobs $v.configMaps.jobs }}
- name: job-config
  projected:
    sources:
      {{- if $v.jobs }}
      - configMap: { name: {{ $name }}-jobs }
      {{- end }}
      {{- range $v.configMaps.jobs }}
      - configMap: { name: {{ . | quote }} }
      {{- end }}
{{- end }}
{{- end }}
- name: github
{{- if $v.github.token.existingSecret }}
  secret: { secretName: {{ $v.github.token.existingSecret | quote }}, defaultMode: 288, items: [{ key: {{ $v.github.token.key | quote }}, path: token }] }
{{- else }}
  secret: { secretName: {{ $v.github.app.existingSecret | quote }}, defaultMode: 288, items: [{ key: {{ $v.github.app.privateKeyKey | quote }}, path: cert }] }
{{- end }}
{{- if include "prow.takesWebhooks" . }}
- name: hmac
  secret: { secretName: {{ $v.webhook.existingSecret | quote }}, defaultMode: 288, items: [{ key: {{ $v.webhook.key | quote }}, path: hmac }] }
{{- end }}
{{- if include "prow.mountsSlack" . }}
- name: slack
  secret:
    secretName: {{ $v.slack.existingSecret | quote }}
    defaultMode: 288
    items:
      {{- with $v.slack.tokenKey }}
      - { key: {{ . | quote }}, path: token }
      {{- end }}
      {{- if and $v.slack.signingSecretKey (eq .role "web") }}
      - { key: {{ $v.slack.signingSecretKey | quote }}, path: signing-secret }
      {{- end }}
{{- end }}
{{- if include "prow.mountsStorage" . }}
- name: storage
  secret:
    secretName: {{ $v.storage.existingSecret | quote }}
    defaultMode: 288
    items:
      {{- with $v.storage.gcsKey }}
      - { key: {{ . | quote }}, path: gcs }
      {{- end }}
      {{- with $v.storage.s3Key }}
      - { key: {{ . | quote }}, path: s3 }
      {{- end }}
      {{- with $v.storage.azureKey }}
      - { key: {{ . | quote }}, path: azure }
      {{- end }}
{{- end }}
{{- with include "prow.kubeconfigs" . }}
- name: kubeconfigs
  secret: { secretName: {{ . | quote }}, defaultMode: 288 }
{{- end }}
{{- with $v.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "prow.mounts" -}}
{{- $v := .root.Values -}}
- { name: state, mountPath: /var/lib/prow }
- { name: tmp, mountPath: /tmp }
{{- if not $v.configRepo }}
- { name: config, mountPath: /etc/config, readOnly: true }
- { name: plugins, mountPath: /etc/plugins, readOnly: true }
{{- if or $v.jobs $v.configMaps.jobs }}
- { name: job-config, mountPath: /etc/job-config, readOnly: true }
{{- end }}
{{- end }}
- { name: github, mountPath: /etc/github, readOnly: true }
{{- if include "prow.takesWebhooks" . }}
- { name: hmac, mountPath: /etc/webhook, readOnly: true }
{{- end }}
{{- if include "prow.mountsSlack" . }}
- { name: slack, mountPath: /etc/slack, readOnly: true }
{{- end }}
{{- if include "prow.mountsStorage" . }}
- { name: storage, mountPath: /etc/storage, readOnly: true }
{{- end }}
{{- if include "prow.kubeconfigs" . }}
- { name: kubeconfigs, mountPath: /etc/kubeconfigs, readOnly: true }
{{- end }}
{{- with $v.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "prow.mountsStorage" -}}
{{- $storage := .root.Values.storage -}}
{{- if and $storage.existingSecret (or $storage.gcsKey $storage.s3Key $storage.azureKey) -}}yes{{- end -}}
{{- end -}}

{{- define "prow.mountsSlack" -}}
{{- $slack := .root.Values.slack -}}
{{- if and $slack.existingSecret (or $slack.tokenKey (eq .role "web")) -}}yes{{- end -}}
{{- end -}}
