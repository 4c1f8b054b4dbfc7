import type { Values } from './render.js';

export interface ValueSet {
  readonly name: string;
  readonly values: Values;
  /** Secrets, ConfigMaps and accounts that somebody else makes. */
  readonly given: readonly string[];
}

const usual = ['github-token', 'hmac-token'];

/** What the chart is tried with, here and with a real API server. */
export const VALUE_SETS: readonly ValueSet[] = [
  { name: 'nothing said', values: {}, given: usual },
  { name: 'a Redis by its address', values: { redis: { url: 'redis://redis.example.com:6379/2', prefix: 'ci' } }, given: usual },
  { name: 'a Redis by a Secret', values: { redis: { existingSecret: 'my-redis' }, dryRun: true, logLevel: 'debug' }, given: [...usual, 'my-redis'] },
  { name: 'a password that is given, no volume', values: { redis: { auth: { existingSecret: 'my-password', key: 'password' }, persistence: { enabled: false } } }, given: [...usual, 'my-password'] },
  {
    name: 'a configuration from a repository',
    values: { configRepo: 'acme/infra', configRepoBranch: 'main', configRepoPaths: { config: 'ci/config.yaml', plugins: 'ci/plugins.yaml', jobs: 'ci/jobs' }, prowJobNamespace: 'prow-jobs', podNamespace: 'test-pods' },
    given: usual,
  },
  {
    name: 'a configuration in the values',
    values: {
      config: { prowjob_namespace: 'prow-jobs', pod_namespace: 'test-pods', tide: { sync_period: '1m' }, plank: { max_concurrency: 12_000_000 } },
      plugins: '  # text, as from a file\nplugins:\n  acme:\n    plugins: [hold, lgtm]\n',
      jobs: { 'shop.yaml': { presubmits: { 'acme/shop': [{ name: 'unit', always_run: true, spec: { containers: [{ image: 'alpine', command: ['true'] }] } }] } } },
    },
    given: usual,
  },
  { name: 'ConfigMaps that are there', values: { configMaps: { config: { name: 'config', key: 'prow.yaml' }, plugins: { name: 'plugins' }, jobs: ['jobs-a', 'jobs-b'] } }, given: [...usual, 'config', 'plugins', 'jobs-a', 'jobs-b'] },
  { name: 'Tide and Deck beside upstream', values: { components: ['tide', 'deck'] }, given: usual },
  { name: 'chat-ops alone', values: { inCluster: false, components: ['hook', 'tide'], github: { app: { id: '1234567' } } }, given: usual },
  { name: 'a token and an Enterprise server', values: { github: { token: { existingSecret: 'bot', key: 'oauth' }, host: 'ghe.example.com', endpoints: ['https://ghe.example.com/api/v3'], graphqlEndpoint: 'https://ghe.example.com/api/graphql' } }, given: ['bot', 'hmac-token'] },
  {
    name: 'published, closed off, scaled',
    values: {
      ingress: { enabled: true, className: 'nginx', annotations: { 'example.com/size': '25m' }, hosts: ['prow.example.com'], paths: ['/hook', '/slack'], tls: [{ secretName: 'prow-tls', hosts: ['prow.example.com'] }] },
      httpRoute: { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways' }], hostnames: ['prow.example.com'] },
      networkPolicy: { enabled: true, webFrom: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }], metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
      web: { autoscaling: { enabled: true } }, worker: { autoscaling: { enabled: true }, podDisruptionBudget: { maxUnavailable: '25%' }, queues: ['event', 'plugin'] },
      topologySpread: { hosts: 'DoNotSchedule', zones: '' },
    },
    given: usual,
  },
  {
    name: 'Slack, build clusters, and whatever else',
    values: {
      slack: { existingSecret: 'slack', signingSecretKey: 'signing' }, storage: { existingSecret: 'buckets', gcsKey: 'gcs.json', s3Key: 's3.json' }, buildClusters: { existingSecret: 'clusters', webExistingSecret: 'clusters-read', suffix: '.yaml' },
      image: { repository: 'images.example.com/prow', digest: `sha256:${'0'.repeat(64)}`, pullSecrets: ['pull'] }, state: { size: '20Gi', storageClassName: 'fast' },
      web: { serviceAccount: { create: false, name: 'mine' }, extraArgs: ['--host=::'] }, worker: { serviceAccount: { annotations: { 'example.com/role': 'ci' } }, extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=1500' }] },
      extraArgs: ['--in-repo-config-cache-size=500', '--github-enabled-org=acme'], extraVolumes: [{ name: 'ca', configMap: { name: 'ca' } }], extraVolumeMounts: [{ name: 'ca', mountPath: '/etc/ca' }],
      podAnnotations: { 'example.com/scrape': 'yes' }, podLabels: { team: 'ci' }, gracePeriodSeconds: 60,
    },
    given: [...usual, 'slack', 'buckets', 'clusters', 'clusters-read', 'mine', 'ca'],
  },
];
