import { posix } from 'node:path';
import type { JobSpec } from './jobSpec.js';
import type { CloneRefs } from './refs.js';
import type { UploadOptions } from './uploadOptions.js';

type Place = Pick<UploadOptions, 'pathPrefix' | 'strategy' | 'defaultOrg' | 'defaultRepo'>;

/** The folder of a job's results in its bucket (jobs 4.8). */
export function jobPath(spec: JobSpec, place: Place): string {
  return join(place.pathPrefix, ...ownPath(spec, place));
}

function ownPath({ type, job, buildId, refs }: JobSpec, place: Place): readonly string[] {
  switch (type) {
    case 'presubmit': return ['pr-logs', 'pull', segment(refs, place), String(refs?.pulls[0]?.number ?? ''), job, buildId];
    case 'batch': return ['pr-logs', 'pull', 'batch', job, buildId];
    case 'postsubmit': case 'periodic': return ['logs', job, buildId];
    default: return type satisfies never;
  }
}

const join = (...parts: readonly string[]): string => posix.join(...parts.filter((part) => part !== '')).replace(/^\/+/, '');

function segment(refs: CloneRefs | undefined, { strategy, defaultOrg, defaultRepo }: Place): string {
  const { org = '', repo = '' } = refs ?? {};
  const whole = `${org.replace(/^https?:\/\//, '').replace(/\/+$/, '')}_${repo.replaceAll('/', '_')}`;
  if (strategy === 'explicit' || org !== defaultOrg) return whole;
  if (repo === defaultRepo) return '';
  return strategy === 'legacy' ? repo : whole;
}

/** A file beside the jobs' folders: `alias` leads to a job, `latest` names the newest build. Paths begin at the bucket. */
export interface Pointer {
  readonly kind: 'alias' | 'latest';
  readonly path: string;
  readonly text: string;
}

/** What points at a job (jobs 4.8); `url` is the bucket's address. */
export function pointers(spec: JobSpec, place: Place, url: string): readonly Pointer[] {
  const { type, job, buildId, refs } = spec;
  const latest = (...folder: readonly string[]): Pointer => ({ kind: 'latest', path: join(...folder, 'latest-build.txt'), text: buildId });
  switch (type) {
    case 'presubmit': return [
      { kind: 'alias', path: join('pr-logs', 'directory', job, `${buildId}.txt`), text: `${url}/${jobPath(spec, place)}` },
      latest('pr-logs', 'directory', job),
      latest('pr-logs', 'pull', segment(refs, place), String(refs?.pulls[0]?.number ?? ''), job),
    ];
    case 'batch': return [latest('pr-logs', 'directory', job)];
    case 'postsubmit': case 'periodic': return [latest('logs', job)];
    default: return type satisfies never;
  }
}

/** Extensions whose types are known without further settings; texts are UTF-8. */
const KNOWN: ReadonlyMap<string, string> = new Map(Object.entries({
  avif: 'image/avif', bmp: 'image/bmp', css: 'text/css', csv: 'text/csv', gif: 'image/gif', htm: 'text/html', html: 'text/html', ico: 'image/vnd.microsoft.icon', jpeg: 'image/jpeg', jpg: 'image/jpeg', js: 'text/javascript',
  json: 'application/json', log: 'text/plain', md: 'text/markdown', mjs: 'text/javascript', pdf: 'application/pdf', png: 'image/png', svg: 'image/svg+xml', tar: 'application/x-tar', txt: 'text/plain', wasm: 'application/wasm',
  webp: 'image/webp', xml: 'text/xml', yaml: 'application/yaml', yml: 'application/yaml',
}));

/** The media type of a file by its extension; undefined when nobody knows it. */
export function typeOf(name: string, mediaTypes: ReadonlyMap<string, string>): string | undefined {
  const extension = extensionOf(name);
  const known = mediaTypes.get(extension) ?? mediaTypes.get(`.${extension}`) ?? KNOWN.get(extension);
  return known?.startsWith('text/') && !known.includes(';') ? `${known}; charset=utf-8` : known;
}

/** In lower case, without its dot; `""` for none. */
export function extensionOf(name: string): string {
  return /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/**
 * The name under which a file is stored, and whether it is unpacked. A reader of a bucket gets `build-log.txt.gz` as `build-log.txt`,
 * unpacked on the way (jobs 5.7). A folder keeps no encodings, so there it is unpacked when it is stored; of what is not known to be
 * anything else, only the suffix goes.
 */
export function storedAs(name: string, mediaTypes: ReadonlyMap<string, string>): Readonly<{ name: string; unpack: 'gzip' | undefined }> {
  const bare = /^(.*[^/])\.(?:gz|gzip)$/.exec(name)?.[1];
  if (bare === undefined) return { name, unpack: undefined };
  return { name: bare, unpack: typeOf(bare, mediaTypes) === undefined ? undefined : 'gzip' };
}
