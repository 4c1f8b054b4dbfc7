import { decode } from '../decode.js';
import { noFindings, type Findings } from '../findings.js';
import type { Source } from '../yaml/source.js';
import { ProwConfig } from './schema.js';
import type { TideQuery } from './tide.js';

/** What files were decoded to when they were read, so that a tool which asks later does not decode a large file again. */
const queriesOf = new WeakMap<Source, readonly TideQuery[]>();

/** Decodes config.yaml or a supplemental file of it, as `decode` does. */
export function decodeProw(source: Source, findings: Findings, alsoKnown: readonly string[]): ProwConfig | undefined {
  const config = decode(ProwConfig, source, findings, alsoKnown);
  queriesOf.set(source, config?.tide.queries ?? []);
  return config;
}

/** Tide's queries as a file has them; none where the file has a fault. */
export function tideQueriesIn(source: Source): readonly TideQuery[] {
  return queriesOf.get(source) ?? decodeProw(source, noFindings(), [])?.tide.queries ?? [];
}
