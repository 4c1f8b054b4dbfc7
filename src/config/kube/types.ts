/**
 * The fields of what job files may hold of Kubernetes' core/v1, one object a line: `name` is a text, `name:type` anything else.
 * `[x]` is a list, `{x}` a map from text, a capital letter another object of this table. Zero values of plain fields are left out
 * when upstream serialises them; a `*` marks those that are kept because unset and zero differ, a `!` those that are always there.
 */
export const KUBE_TYPES = {
  AWSElasticBlockStoreVolumeSource: 'fsType partition:number readOnly:boolean volumeID',
  Affinity: 'nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity',
  AppArmorProfile: 'localhostProfile:string* type',
  AzureDiskVolumeSource: 'cachingMode diskName diskURI fsType kind readOnly:boolean*',
  AzureFileVolumeSource: 'readOnly:boolean secretName shareName',
  CSIVolumeSource: 'driver fsType:string* nodePublishSecretRef:LocalObjectReference readOnly:boolean* volumeAttributes:{string}',
  Capabilities: 'add:[string] drop:[string]',
  CephFSVolumeSource: 'monitors:[string] path readOnly:boolean secretFile secretRef:LocalObjectReference user',
  CinderVolumeSource: 'fsType readOnly:boolean secretRef:LocalObjectReference volumeID',
  ClusterTrustBundleProjection: 'labelSelector:LabelSelector name optional:boolean* path signerName',
  ConfigMapEnvSource: 'name optional:boolean*',
  ConfigMapKeySelector: 'key name optional:boolean*',
  ConfigMapProjection: 'items:[KeyToPath] name optional:boolean*',
  ConfigMapVolumeSource: 'defaultMode:number* items:[KeyToPath] name optional:boolean*',
  Container: `
    args:[string] command:[string] env:[EnvVar] envFrom:[EnvFromSource] image imagePullPolicy lifecycle:Lifecycle livenessProbe:Probe name
    ports:[ContainerPort] readinessProbe:Probe resizePolicy:[ContainerResizePolicy] resources:ResourceRequirements restartPolicy
    restartPolicyRules:[ContainerRestartRule] securityContext:SecurityContext startupProbe:Probe stdin:boolean stdinOnce:boolean
    terminationMessagePath terminationMessagePolicy tty:boolean volumeDevices:[VolumeDevice] volumeMounts:[VolumeMount] workingDir`,
  ContainerPort: 'containerPort:number! hostIP hostPort:number name protocol',
  ContainerResizePolicy: 'resourceName restartPolicy',
  ContainerRestartRule: 'action exitCodes:ContainerRestartRuleOnExitCodes',
  ContainerRestartRuleOnExitCodes: 'operator values:[number!]',
  DownwardAPIProjection: 'items:[DownwardAPIVolumeFile]',
  DownwardAPIVolumeFile: 'fieldRef:ObjectFieldSelector mode:number* path resourceFieldRef:ResourceFieldSelector',
  DownwardAPIVolumeSource: 'defaultMode:number* items:[DownwardAPIVolumeFile]',
  EmptyDirVolumeSource: 'medium sizeLimit:quantity',
  EnvFromSource: 'configMapRef:ConfigMapEnvSource prefix secretRef:SecretEnvSource',
  EnvVar: 'name value valueFrom:EnvVarSource',
  EnvVarSource: `
    configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:FileKeySelector resourceFieldRef:ResourceFieldSelector
    secretKeyRef:SecretKeySelector`,
  EphemeralVolumeSource: 'volumeClaimTemplate:PersistentVolumeClaimTemplate',
  ExecAction: 'command:[string]',
  FCVolumeSource: 'fsType lun:number* readOnly:boolean targetWWNs:[string] wwids:[string]',
  FileKeySelector: 'key optional:boolean* path volumeName',
  FlexVolumeSource: 'driver fsType options:{string} readOnly:boolean secretRef:LocalObjectReference',
  FlockerVolumeSource: 'datasetName datasetUUID',
  GCEPersistentDiskVolumeSource: 'fsType partition:number pdName readOnly:boolean',
  GRPCAction: 'port:number! service:string*',
  GitRepoVolumeSource: 'directory repository revision',
  GlusterfsVolumeSource: 'endpoints path readOnly:boolean',
  HTTPGetAction: 'host httpHeaders:[HTTPHeader] path port:any scheme',
  HTTPHeader: 'name value',
  HostAlias: 'hostnames:[string] ip',
  HostPathVolumeSource: 'path type:string*',
  ISCSIVolumeSource: `
    chapAuthDiscovery:boolean chapAuthSession:boolean fsType initiatorName iqn iscsiInterface lun:number! portals:[string] readOnly:boolean
    secretRef:LocalObjectReference targetPortal`,
  ImageVolumeSource: 'pullPolicy reference',
  KeyToPath: 'key mode:number* path',
  LabelSelector: 'matchExpressions:[LabelSelectorRequirement] matchLabels:{string}',
  LabelSelectorRequirement: 'key operator values:[string]',
  Lifecycle: 'postStart:LifecycleHandler preStop:LifecycleHandler stopSignal',
  LifecycleHandler: 'exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction',
  LocalObjectReference: 'name',
  NFSVolumeSource: 'path readOnly:boolean server',
  NodeAffinity: `
    preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm] requiredDuringSchedulingIgnoredDuringExecution:NodeSelector`,
  NodeSelector: 'nodeSelectorTerms:[NodeSelectorTerm]',
  NodeSelectorRequirement: 'key operator values:[string]',
  NodeSelectorTerm: 'matchExpressions:[NodeSelectorRequirement] matchFields:[NodeSelectorRequirement]',
  ObjectFieldSelector: 'apiVersion fieldPath',
  ObjectMeta: 'annotations:{string} finalizers:[string] generateName labels:{string} name namespace',
  PersistentVolumeClaimSpec: `
    accessModes:[string] dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference resources:VolumeResourceRequirements
    selector:LabelSelector storageClassName:string* volumeAttributesClassName:string* volumeMode:string* volumeName`,
  PersistentVolumeClaimTemplate: 'metadata:ObjectMeta spec:PersistentVolumeClaimSpec',
  PersistentVolumeClaimVolumeSource: 'claimName readOnly:boolean',
  PhotonPersistentDiskVolumeSource: 'fsType pdID',
  PodAffinity: `
    preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]`,
  PodAffinityTerm: `
    labelSelector:LabelSelector matchLabelKeys:[string] mismatchLabelKeys:[string] namespaceSelector:LabelSelector namespaces:[string]
    topologyKey`,
  PodAntiAffinity: `
    preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm] requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm]`,
  PodCertificateProjection: 'certificateChainPath credentialBundlePath keyPath keyType maxExpirationSeconds:number* signerName',
  PodDNSConfig: 'nameservers:[string] options:[PodDNSConfigOption] searches:[string]',
  PodDNSConfigOption: 'name value:string*',
  PodOS: 'name',
  PodReadinessGate: 'conditionType',
  PodResourceClaim: 'name resourceClaimName:string* resourceClaimTemplateName:string*',
  PodSchedulingGate: 'name',
  PodSecurityContext: `
    appArmorProfile:AppArmorProfile fsGroup:number* fsGroupChangePolicy runAsGroup:number* runAsNonRoot:boolean* runAsUser:number*
    seLinuxChangePolicy seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups:[number!] supplementalGroupsPolicy
    sysctls:[Sysctl] windowsOptions:WindowsSecurityContextOptions`,
  PodSpec: `
    activeDeadlineSeconds:number* affinity:Affinity automountServiceAccountToken:boolean* containers:[Container] dnsConfig:PodDNSConfig
    dnsPolicy enableServiceLinks:boolean* ephemeralContainers:[Container] hostAliases:[HostAlias] hostIPC:boolean hostNetwork:boolean
    hostPID:boolean hostUsers:boolean* hostname hostnameOverride:string* imagePullSecrets:[LocalObjectReference] initContainers:[Container]
    nodeName nodeSelector:{string} os:PodOS overhead:{quantity} preemptionPolicy:string* priority:number* priorityClassName
    readinessGates:[PodReadinessGate] resourceClaims:[PodResourceClaim] resources:ResourceRequirements restartPolicy runtimeClassName:string*
    schedulerName schedulingGates:[PodSchedulingGate] securityContext:PodSecurityContext serviceAccount serviceAccountName
    setHostnameAsFQDN:boolean* shareProcessNamespace:boolean* subdomain terminationGracePeriodSeconds:number* tolerations:[Toleration]
    topologySpreadConstraints:[TopologySpreadConstraint] volumes:[Volume]`,
  PortworxVolumeSource: 'fsType readOnly:boolean volumeID',
  PreferredSchedulingTerm: 'preference:NodeSelectorTerm weight:number!',
  Probe: `
    exec:ExecAction failureThreshold:number grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds:number periodSeconds:number
    successThreshold:number tcpSocket:TCPSocketAction terminationGracePeriodSeconds:number* timeoutSeconds:number`,
  ProjectedVolumeSource: 'defaultMode:number* sources:[VolumeProjection]',
  QuobyteVolumeSource: 'group readOnly:boolean registry tenant user volume',
  RBDVolumeSource: 'fsType image keyring monitors:[string] pool readOnly:boolean secretRef:LocalObjectReference user',
  ResourceClaim: 'name request',
  ResourceFieldSelector: 'containerName divisor:quantity! resource',
  ResourceRequirements: 'claims:[ResourceClaim] limits:{quantity} requests:{quantity}',
  SELinuxOptions: 'level role type user',
  ScaleIOVolumeSource: `
    fsType gateway protectionDomain readOnly:boolean secretRef:LocalObjectReference sslEnabled:boolean storageMode storagePool system volumeName`,
  SeccompProfile: 'localhostProfile:string* type',
  SecretEnvSource: 'name optional:boolean*',
  SecretKeySelector: 'key name optional:boolean*',
  SecretProjection: 'items:[KeyToPath] name optional:boolean*',
  SecretVolumeSource: 'defaultMode:number* items:[KeyToPath] optional:boolean* secretName',
  SecurityContext: `
    allowPrivilegeEscalation:boolean* appArmorProfile:AppArmorProfile capabilities:Capabilities privileged:boolean* procMount
    readOnlyRootFilesystem:boolean* runAsGroup:number* runAsNonRoot:boolean* runAsUser:number* seLinuxOptions:SELinuxOptions
    seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions`,
  ServiceAccountTokenProjection: 'audience expirationSeconds:number* path',
  SleepAction: 'seconds:number!',
  StorageOSVolumeSource: 'fsType readOnly:boolean secretRef:LocalObjectReference volumeName volumeNamespace',
  Sysctl: 'name value',
  TCPSocketAction: 'host port:any',
  Toleration: 'effect key operator tolerationSeconds:number* value',
  TopologySpreadConstraint: `
    labelSelector:LabelSelector matchLabelKeys:[string] maxSkew:number! minDomains:number* nodeAffinityPolicy nodeTaintsPolicy topologyKey
    whenUnsatisfiable`,
  TypedLocalObjectReference: 'apiGroup:string* kind name',
  TypedObjectReference: 'apiGroup:string* kind name namespace:string*',
  Volume: `
    awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource azureFile:AzureFileVolumeSource
    cephfs:CephFSVolumeSource cinder:CinderVolumeSource configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource
    emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource flexVolume:FlexVolumeSource flocker:FlockerVolumeSource
    gcePersistentDisk:GCEPersistentDiskVolumeSource gitRepo:GitRepoVolumeSource glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource
    image:ImageVolumeSource iscsi:ISCSIVolumeSource name nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource
    photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource projected:ProjectedVolumeSource
    quobyte:QuobyteVolumeSource rbd:RBDVolumeSource scaleIO:ScaleIOVolumeSource secret:SecretVolumeSource storageos:StorageOSVolumeSource
    vsphereVolume:VsphereVirtualDiskVolumeSource`,
  VolumeDevice: 'devicePath name',
  VolumeMount: 'mountPath mountPropagation name readOnly:boolean recursiveReadOnly subPath subPathExpr',
  VolumeProjection: `
    clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection downwardAPI:DownwardAPIProjection
    podCertificate:PodCertificateProjection secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection`,
  VolumeResourceRequirements: 'limits:{quantity} requests:{quantity}',
  VsphereVirtualDiskVolumeSource: 'fsType storagePolicyID storagePolicyName volumePath',
  WeightedPodAffinityTerm: 'podAffinityTerm:PodAffinityTerm weight:number!',
  WindowsSecurityContextOptions: 'gmsaCredentialSpec:string* gmsaCredentialSpecName:string* hostProcess:boolean* runAsUserName:string*',
} as const satisfies Readonly<Record<string, string>>;
