import { isRecord } from '../../config/decode.js';
import type { ProwJob, Refs } from '../../core/prowjob.js';

/** Kubernetes objects stay data; only what is read here has a type. */
export type Data = Readonly<Record<string, unknown>>;
export type EnvVar = Readonly<{ name: string; value: string }>;
export type Mount = Readonly<{ name: string; mountPath: string; readOnly?: true }>;
export type Spec = ProwJob['spec'];

export interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: Readonly<{ name: string; labels: Readonly<Record<string, string>>; annotations: Readonly<Record<string, string>> }>;
  readonly spec: Data;
}

/** What is known of a run beside the ProwJob's spec. */
export interface Run {
  readonly spec: Spec;
  /** The ProwJob's name. */
  readonly id: string;
  readonly buildId: string;
  /** What the pod utilities are told about the job, as JSON. */
  readonly jobSpec: string;
  /** The decoration configuration in its canonical form; undefined when the job is not decorated. */
  readonly decoration: Data | undefined;
  /** A folder on the host that takes the place of the object storage. */
  readonly localOutput?: string | undefined;
}

export const LOGS: Mount = { name: 'logs', mountPath: '/logs' };
export const TOOLS: Mount = { name: 'tools', mountPath: '/tools' };
export const CODE: Mount = { name: 'code', mountPath: '/home/prow/go' };
export const ARTIFACTS = '/logs/artifacts';
export const CLONE_LOG = '/logs/clone.json';

/** Main refs first, then extra ones. */
export function allRefs({ refs, extra_refs: extra }: Spec): readonly Refs[] {
  return [...(refs ? [refs] : []), ...(extra ?? [])];
}

/** Whether anything is cloned. */
export function clones({ spec, decoration }: Run): boolean {
  return decoration !== undefined && decoration['skip_cloning'] !== true && allRefs(spec).length > 0;
}

/** The folder below `src` into which a repository is cloned. */
export function clonePath(refs: Refs): string {
  const { path_alias: alias, repo_link: link } = refs;
  const path = typeof alias === 'string' && alias !== '' ? alias : link === undefined || link === '' ? `github.com/${refs.org}/${refs.repo}` : link.replace(/^[^:]*:\/\//, '');
  return cleanPath(path);
}

/** A path without doubled slashes and dots, the way Go joins them. */
export function cleanPath(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (part !== '..' || !path.startsWith('/')) out.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + out.join('/');
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function record(value: unknown): Data {
  return isRecord(value) ? value : {};
}

export function records(value: unknown): readonly Data[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** The entries whose values say something; upstream leaves out empty ones. */
export function filled(entries: Readonly<Record<string, unknown>>): Data {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)));
}

/** JSON as Go writes it, where it stands in environment variables: without characters that mean something in HTML. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
