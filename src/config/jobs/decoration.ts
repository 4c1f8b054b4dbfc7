import { field, listAt, textAt, textsAt } from './data.js';
import { isRecord } from '../decode.js';
import { isGoUrl } from '../goUrl.js';
import type { PlacedFault } from './podSpec.js';
import type { Data } from './schema.js';

const IMAGES = ['clonerefs', 'initupload', 'entrypoint', 'sidecar'];
const STRATEGIES = ['legacy', 'single', 'explicit'];
const TOKEN = "[\\w!#$%&'*+.^`|~{}-]+";
const MEDIA_TYPE = new RegExp(`^\\s*${TOKEN}(?:/${TOKEN})?\\s*(;.*)?$`, 's');
const PARAMETER = new RegExp(`^;\\s*(${TOKEN})\\s*=\\s*("(?:[^"\\\\\r\n]|\\\\.)*"|${TOKEN})\\s*`, 's');

/** What a decoration lacks once all its defaults are in it (jobs 1.4, 1.5). Paths are below `decoration_config`. */
export function decorationFaults(decoration: Data): readonly PlacedFault[] {
  const known = found.get(decoration);
  if (known) return known;
  const faults = faultsOf(decoration);
  found.set(decoration, faults);
  return faults;
}

/** Many jobs share one decoration. */
const found = new WeakMap<Data, readonly PlacedFault[]>();

function faultsOf(decoration: Data): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  const images = field(decoration, 'utility_images');
  const missing = IMAGES.filter((image) => textAt(images, image) === '');
  if (missing.length > 0) faults.push([['utility_images'], `expected images, from here or from plank.default_decoration_config_entries, for ${missing.join(', ')}`]);
  const storage = field(decoration, 'gcs_configuration');
  if (isRecord(storage)) faults.push(...storageFaults(storage));
  else faults.push([['gcs_configuration'], 'expected a place for logs and artifacts, from here or from plank.default_decoration_config_entries']);
  if (isRecord(field(decoration, 'oauth_token_secret')) && textsAt(decoration, 'ssh_key_secrets').length > 0) {
    faults.push([['ssh_key_secrets'], 'excludes oauth_token_secret']);
  }
  return faults;
}

/** The storage is mostly that of the defaults, also where a job says something else itself. */
const foundInStorage = new WeakMap<Data, readonly PlacedFault[]>();

function storageFaults(storage: Data): readonly PlacedFault[] {
  const known = foundInStorage.get(storage);
  if (known) return known;
  const faults = faultsOfStorage(storage);
  foundInStorage.set(storage, faults);
  return faults;
}

function faultsOfStorage(storage: Data): readonly PlacedFault[] {
  const faults: PlacedFault[] = [];
  const at = (key: string, message: string) => { faults.push([['gcs_configuration', key], message]); };
  const bucket = textAt(storage, 'bucket');
  if (!isGoUrl(bucket.includes('://') ? bucket : `gs://${bucket}`)) at('bucket', `expected a bucket such as gs://name, found ${JSON.stringify(bucket)}`);
  for (const [extension, type] of Object.entries(Object(field(storage, 'mediaTypes')) as Data)) {
    if (typeof type !== 'string' || !isMediaType(type)) at('mediaTypes', `expected a media type for ${extension}, found ${JSON.stringify(type)}`);
  }
  const strategy = textAt(storage, 'path_strategy');
  if (!STRATEGIES.includes(strategy)) at('path_strategy', `expected one of ${STRATEGIES.join(', ')}, found ${JSON.stringify(strategy)}`);
  else if (strategy !== 'explicit') {
    for (const key of ['default_org', 'default_repo']) if (textAt(storage, key) === '') at(key, `is needed by path_strategy: ${strategy}`);
  }
  return faults;
}

/** One type and its parameters, as Go reads them: the type may stand alone, a parameter may be repeated with an equal value. */
function isMediaType(text: string): boolean {
  const [type, parameters = ''] = MEDIA_TYPE.exec(text) ?? [];
  if (type === undefined) return false;
  const seen = new Map<string, string>();
  let rest = parameters;
  while (rest !== '' && rest.trim() !== ';') {
    const [whole = '', name = '', value = ''] = PARAMETER.exec(rest) ?? [];
    const key = name.toLowerCase();
    if (whole === '' || (seen.get(key) ?? value) !== value) return false;
    seen.set(key, value);
    rest = rest.slice(whole.length);
  }
  return true;
}

/** A decorated container must say what it runs, since the entrypoint of its image is not known. Paths are below `spec`. */
export function commandFaults(spec: Data): readonly PlacedFault[] {
  return listAt(spec, 'containers').flatMap((container, at): readonly PlacedFault[] => {
    const first = [...textsAt(container, 'command'), ...textsAt(container, 'args')][0];
    return first === undefined || first === '' ? [[['containers', at], 'a decorated container needs command or args']] : [];
  });
}
