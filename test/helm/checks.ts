import type { Fields, Manifest } from './render.js';
import { workloads, type Workload } from './workloads.js';

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL = /^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$/;
type Labels = Readonly<Record<string, string>>;

const matches = (selector: Labels, labels: Labels): boolean => Object.entries(selector).every(([key, value]) => labels[key] === value);
const labelsOf = ({ spec }: Workload): Labels => spec.template.metadata.labels;
const portsOf = ({ spec }: Workload): readonly string[] => spec.template.spec.containers.flatMap(({ ports }) => ports.map(({ name }) => name));

/** Which workloads an object's selector finds. */
export function selected(selector: Labels, objects: readonly Manifest[]): readonly string[] {
  return workloads(objects).filter((one) => matches(selector, labelsOf(one))).map(({ metadata }) => metadata.name);
}

/** What is wrong with the objects by themselves and with each other; `given` are names of Secrets and ConfigMaps that somebody else makes. */
export function problemsOf(objects: readonly Manifest[], given: readonly string[]): readonly string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const has = (kind: string, name: string, namespace?: string) => objects.some((one) => one.kind === kind && one.metadata.name === name && (namespace === undefined || one.metadata.namespace === namespace));
  for (const one of objects) {
    const { kind, apiVersion, metadata: { name, namespace, labels = {}, annotations = {} } } = one;
    const id = `${kind} ${namespace}/${name}`;
    const must = (good: boolean, what: string) => { if (!good) problems.push(`${id}: ${what}`); };
    must(typeof apiVersion === 'string' && typeof kind === 'string', 'apiVersion and kind are texts');
    must(typeof name === 'string' && name.length <= 63 && NAME.test(name), 'a name');
    must(typeof namespace === 'string' && NAME.test(namespace), 'a namespace');
    must(!seen.has(id), 'is there once');
    seen.add(id);
    must(labels['app.kubernetes.io/name'] !== undefined, 'labels');
    for (const [key, value] of Object.entries(labels)) must(typeof value === 'string' && value.length <= 63 && LABEL.test(value), `label ${key}`);
    for (const [key, value] of Object.entries(annotations)) must(typeof value === 'string', `annotation ${key}`);
    if (kind === 'ConfigMap') for (const [key, value] of Object.entries(one['data'] as Fields)) must(typeof value === 'string', `data ${key} is text`);
    if (kind === 'RoleBinding') {
      const { roleRef, subjects } = one as unknown as Readonly<{ roleRef: { name: string }; subjects: readonly { name: string; namespace: string }[] }>;
      must(has('Role', roleRef.name, namespace), 'the role is there');
      for (const subject of subjects) must(has('ServiceAccount', subject.name, subject.namespace) || given.includes(subject.name), `the account ${subject.name} is there`);
    }
    if (kind === 'Service') {
      const spec = one['spec'] as Readonly<{ selector: Labels; ports: readonly { targetPort: string }[] }>;
      const pods = workloads(objects).filter((pod) => matches(spec.selector, labelsOf(pod)));
      must(pods.length > 0, 'finds pods');
      for (const { targetPort } of spec.ports) for (const pod of pods) must(portsOf(pod).includes(targetPort), `${pod.metadata.name} has the port ${targetPort}`);
    }
    if (kind === 'PodDisruptionBudget') must(selected((one['spec'] as { selector: { matchLabels: Labels } }).selector.matchLabels, objects).length === 1, 'is of one workload');
    if (kind === 'NetworkPolicy') {
      const spec = one['spec'] as Readonly<{ podSelector: { matchLabels: Labels }; ingress: readonly { ports: readonly { port: string }[] }[] }>;
      const pods = workloads(objects).filter((pod) => matches(spec.podSelector.matchLabels, labelsOf(pod)));
      must(pods.length === 1, 'is of one workload');
      for (const { port } of spec.ingress.flatMap(({ ports }) => ports)) for (const pod of pods) must(portsOf(pod).includes(port), `${pod.metadata.name} has the port ${port}`);
    }
    if (kind === 'HorizontalPodAutoscaler') {
      const { scaleTargetRef } = one['spec'] as { scaleTargetRef: { name: string } };
      const target = workloads(objects).find(({ metadata }) => metadata.name === scaleTargetRef.name);
      must(target !== undefined && target.spec.replicas === undefined, 'its Deployment says no replicas');
    }
  }
  return [...problems, ...workloads(objects).flatMap((one) => workloadProblems(one, { has, given }))];
}

function workloadProblems(one: Workload, { has, given }: Readonly<{ has: (kind: string, name: string, namespace?: string) => boolean; given: readonly string[] }>): readonly string[] {
  const problems: string[] = [];
  const must = (good: boolean, what: string) => { if (!good) problems.push(`${one.kind} ${one.metadata.name}: ${what}`); };
  const { spec } = one.spec.template;
  const { namespace } = one.metadata;
  must(matches(one.spec.selector.matchLabels, labelsOf(one)), 'selects its own pods');
  must(!Object.keys(one.spec.selector.matchLabels).some((key) => key.includes('version') || key.includes('chart')), 'selects by what never changes');
  must(spec.securityContext['runAsNonRoot'] === true && Number(spec.securityContext['runAsUser']) > 0, 'does not run as root');
  must((spec.securityContext['seccompProfile'] as Fields | undefined)?.['type'] === 'RuntimeDefault', 'has a seccomp profile');
  must(!spec.enableServiceLinks, 'takes no flags from Services');
  if (spec.serviceAccountName !== undefined) must(has('ServiceAccount', spec.serviceAccountName, namespace) || given.includes(spec.serviceAccountName), 'its account is there');
  const volumes = new Set([...spec.volumes.map(({ name }) => name), ...(one.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name)]);
  const [container] = spec.containers;
  const mounted = new Set(container.volumeMounts.map(({ name }) => name));
  for (const name of mounted) must(volumes.has(name), `the volume ${name} is there`);
  for (const name of volumes) must(mounted.has(name), `the volume ${name} is mounted`);
  for (const { secret, configMap, projected } of spec.volumes) {
    if (secret) must(has('Secret', secret.secretName, namespace) || given.includes(secret.secretName), `the Secret ${secret.secretName} is known`);
    for (const name of [...(configMap ? [configMap.name] : []), ...(projected?.sources.map((source) => source.configMap.name) ?? [])]) must(has('ConfigMap', name, namespace) || given.includes(name), `the ConfigMap ${name} is known`);
  }
  const names = container.env.map(({ name }) => name);
  must(new Set(names).size === names.length, 'a variable is there once');
  for (const { valueFrom } of container.env) if (valueFrom) must(has('Secret', valueFrom.secretKeyRef.name, namespace) || given.includes(valueFrom.secretKeyRef.name), `the Secret ${valueFrom.secretKeyRef.name} is known`);
  const { securityContext: own, resources } = container;
  must(own['allowPrivilegeEscalation'] === false && own['readOnlyRootFilesystem'] === true && JSON.stringify(own['capabilities']) === '{"drop":["ALL"]}', 'may do nothing beyond its files');
  must(resources.requests?.['cpu'] !== undefined && resources.requests['memory'] !== undefined && resources.limits?.['memory'] !== undefined, 'says what it takes');
  for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) must(probe.exec !== undefined || container.ports.some(({ name }) => name === probe.httpGet?.port), 'is asked at a port of its own');
  const grace = container.args?.find((arg) => arg.startsWith('--grace-period='));
  if (grace) must(spec.terminationGracePeriodSeconds > Number(/=(\d+)s$/.exec(grace)?.[1]) + 5, 'has time to end by itself');
  return problems;
}
