import { isDnsLabel } from './names.js';
import { at, fieldsOf, isFields, listOf, same, textOf, without, type Fields } from './object.js';
import type { Cause } from './status.js';

const required = (field: string, message = 'Required value'): Cause => ({ reason: 'FieldValueRequired', field, message });
const notSupported = (field: string, value: unknown, values: readonly string[]): Cause => ({ reason: 'FieldValueNotSupported', field, message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values.map((one) => `"${one}"`).join(', ')}` });
const duplicate = (field: string, value: string): Cause => ({ reason: 'FieldValueDuplicate', field, message: `Duplicate value: "${value}"` });
const invalidValue = (field: string, value: unknown, why: string): Cause => ({ reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${why}` });

const pullPolicy = (image: string): string => {
  const [, tag] = /:([^:/@]+)$/.exec(image) ?? [];
  return image.includes('@') || (tag !== undefined && tag !== 'latest') ? 'IfNotPresent' : 'Always';
};

function fillEnv(value: unknown): unknown {
  const one = fieldsOf(value);
  const fieldRef = at(one, 'valueFrom', 'fieldRef');
  return isFields(fieldRef) ? { ...one, valueFrom: { ...fieldsOf(one.valueFrom), fieldRef: { apiVersion: 'v1', ...fieldRef } } } : value;
}

function fillContainer(value: unknown): unknown {
  if (!isFields(value)) return value;
  const ports = value.ports === undefined ? {} : { ports: listOf(value.ports).map((port) => (isFields(port) ? { protocol: 'TCP', ...port } : port)) };
  return {
    ...value,
    ...(value.env === undefined ? {} : { env: listOf(value.env).map(fillEnv) }),
    ...ports,
    resources: value.resources ?? {},
    terminationMessagePath: value.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: value.terminationMessagePolicy ?? 'File',
    imagePullPolicy: value.imagePullPolicy ?? pullPolicy(textOf(value.image) ?? ''),
  };
}

const KINDS_WITH_MODE = ['secret', 'configMap', 'projected', 'downwardAPI'];

function fillVolume(value: unknown): unknown {
  if (!isFields(value)) return value;
  if (Object.keys(value).length === 1) return { ...value, emptyDir: {} };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, KINDS_WITH_MODE.includes(key) && isFields(inner) ? { ...inner, defaultMode: inner.defaultMode ?? 0o644 } : inner]));
}

/** Fills in the defaults of a pod's spec, as the API server does. */
export function fillPodSpec(spec: Fields): Fields {
  return {
    ...spec,
    ...(spec.volumes === undefined ? {} : { volumes: listOf(spec.volumes).map(fillVolume) }),
    ...(spec.initContainers === undefined ? {} : { initContainers: listOf(spec.initContainers).map(fillContainer) }),
    containers: listOf(spec.containers).map(fillContainer),
    restartPolicy: spec.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: Number(spec.terminationGracePeriodSeconds) < 0 ? 1 : (spec.terminationGracePeriodSeconds ?? 30),
    priority: spec.priority ?? 0,
    preemptionPolicy: spec.preemptionPolicy ?? 'PreemptLowerPriority',
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName ?? 'default-scheduler',
    enableServiceLinks: spec.enableServiceLinks ?? true,
  };
}

function envFaults(env: unknown, path: string): readonly Cause[] {
  return listOf(env).flatMap((one, n) => {
    const place = `${path}[${String(n)}]`;
    const name = at(one, 'name');
    const causes: Cause[] = [];
    if (typeof name !== 'string' || name === '') causes.push(required(`${place}.name`));
    else if (!/^[ -<>-~]+$/.test(name)) causes.push(invalidValue(`${place}.name`, name, "a valid environment variable name must consist only of printable ASCII characters other than '='"));
    const value = at(one, 'value');
    if (value !== undefined && value !== null && typeof value !== 'string') causes.push({ reason: 'FieldValueTypeInvalid', field: `${place}.value`, message: 'Invalid value: must be a string' });
    if (value && at(one, 'valueFrom') !== undefined) causes.push(invalidValue(`${place}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    return causes;
  });
}

function containerFaults(container: unknown, path: string, volumes: ReadonlySet<string>): readonly Cause[] {
  const one = fieldsOf(container);
  const causes: Cause[] = [];
  const { name, image } = one;
  if (typeof name !== 'string' || name === '') causes.push(required(`${path}.name`));
  else if (!isDnsLabel(name)) causes.push(invalidValue(`${path}.name`, name, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"));
  if (typeof image !== 'string' || image === '') causes.push(required(`${path}.image`));
  for (const list of ['command', 'args']) if (one[list] !== undefined && one[list] !== null && !(Array.isArray(one[list]) && (one[list] as unknown[]).every((word) => typeof word === 'string'))) causes.push({ reason: 'FieldValueTypeInvalid', field: `${path}.${list}`, message: 'Invalid value: must be a list of strings' });
  causes.push(...envFaults(one.env, `${path}.env`));
  const seen = new Set<string>();
  listOf(one.volumeMounts).forEach((mount, n) => {
    const place = `${path}.volumeMounts[${String(n)}]`;
    const volume = at(mount, 'name');
    const mountPath = at(mount, 'mountPath');
    if (typeof volume !== 'string' || volume === '') causes.push(required(`${place}.name`));
    else if (!volumes.has(volume)) causes.push({ reason: 'FieldValueNotFound', field: `${place}.name`, message: `Not found: "${volume}"` });
    if (typeof mountPath !== 'string' || mountPath === '') causes.push(required(`${place}.mountPath`));
    else if (seen.has(mountPath)) causes.push(invalidValue(`${place}.mountPath`, mountPath, 'must be unique'));
    else seen.add(mountPath);
    const subPath = at(mount, 'subPath');
    if (typeof subPath === 'string' && (subPath.startsWith('/') || subPath.split('/').includes('..'))) causes.push(invalidValue(`${place}.subPath`, subPath, "must be a relative path and must not contain '..'"));
  });
  return causes;
}

/** What is wrong with a new pod. */
export function podFaults(spec: Fields): readonly Cause[] {
  const causes: Cause[] = [];
  const volumes = new Set<string>();
  listOf(spec.volumes).forEach((volume, n) => {
    const name = at(volume, 'name');
    if (typeof name !== 'string' || name === '') { causes.push(required(`spec.volumes[${String(n)}].name`)); return; }
    if (!isDnsLabel(name)) causes.push(invalidValue(`spec.volumes[${String(n)}].name`, name, 'a lowercase RFC 1123 label is needed'));
    if (volumes.has(name)) causes.push(duplicate(`spec.volumes[${String(n)}].name`, name));
    if (Object.keys(fieldsOf(volume)).length > 2) causes.push({ reason: 'FieldValueForbidden', field: `spec.volumes[${String(n)}]`, message: 'Forbidden: may not specify more than 1 volume type' });
    volumes.add(name);
  });
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers']) {
    if (list === 'containers' && listOf(spec.containers).length === 0) causes.push(required('spec.containers'));
    listOf(spec[list]).forEach((container, n) => {
      const path = `spec.${list}[${String(n)}]`;
      causes.push(...containerFaults(container, path, volumes));
      const name = textOf(at(container, 'name'));
      if (name !== undefined && names.has(name)) causes.push(duplicate(`${path}.name`, name));
      if (name !== undefined) names.add(name);
      const policy = at(container, 'restartPolicy');
      if (policy !== undefined && (list !== 'initContainers' || policy !== 'Always')) causes.push(list === 'initContainers' ? notSupported(`${path}.restartPolicy`, policy, ['Always']) : { reason: 'FieldValueForbidden', field: `${path}.restartPolicy`, message: 'Forbidden: may not be set for non-init containers' });
    });
  }
  if (!['Always', 'OnFailure', 'Never'].includes(String(spec.restartPolicy))) causes.push(notSupported('spec.restartPolicy', spec.restartPolicy, ['Always', 'OnFailure', 'Never']));
  for (const [name, least] of [['terminationGracePeriodSeconds', 0], ['activeDeadlineSeconds', 1]] as const) {
    const value = spec[name];
    if (value === undefined || value === null) continue;
    if (!Number.isInteger(value)) causes.push({ reason: 'FieldValueTypeInvalid', field: `spec.${name}`, message: 'Invalid value: must be an integer' });
    else if (Number(value) < least) causes.push(invalidValue(`spec.${name}`, value, `must be an integer and at least ${String(least)}`));
  }
  return causes;
}

const CHANGEABLE = ['image', 'activeDeadlineSeconds', 'terminationGracePeriodSeconds', 'tolerations'];
const withoutImages = (list: unknown): unknown => (list === undefined ? undefined : listOf(list).map((one) => without(fieldsOf(one), ...CHANGEABLE)));
const fixed = (spec: Fields): Fields => ({ ...without(spec, ...CHANGEABLE), containers: withoutImages(spec.containers), initContainers: withoutImages(spec.initContainers) });

/** What may not change in a pod. */
export function podUpdateFaults(before: Fields, after: Fields): readonly Cause[] {
  const names = (spec: Fields): readonly unknown[] => listOf(spec.containers).map((one) => at(one, 'name'));
  if (same(fixed(before), fixed(after)) && same(names(before), names(after))) return [];
  return [{ reason: 'FieldValueForbidden', field: 'spec', message: 'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)' }];
}

/** A pod's class of service by its resources. */
export function qosClass(spec: Fields): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const containers = [...listOf(spec.containers), ...listOf(spec.initContainers)];
  const parts = containers.map((one) => ({ limits: fieldsOf(at(one, 'resources', 'limits')), requests: fieldsOf(at(one, 'resources', 'requests')) }));
  if (parts.every(({ limits, requests }) => Object.keys(limits).length + Object.keys(requests).length === 0)) return 'BestEffort';
  const full = parts.every(({ limits, requests }) => ['cpu', 'memory'].every((name) => limits[name] !== undefined && (requests[name] === undefined || requests[name] === limits[name])));
  return full ? 'Guaranteed' : 'Burstable';
}
