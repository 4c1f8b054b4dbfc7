import { decodeSound, type Sound } from '../decode.js';
import { noFindings, type Findings, type Path } from '../findings.js';
import type { Source } from '../yaml/source.js';
import { ProwConfig } from './schema.js';
import type { TideQuery } from './tide.js';

/** What files were decoded to when they were read, so that a tool which asks later does not decode a large file again. */
const queriesOf = new WeakMap<Source, readonly TideQuery[]>();

/** Decodes config.yaml or a supplemental file of it; with a fault, what is left of it (`decodeSound`). */
export function decodeProw(source: Source, findings: Findings, alsoKnown: readonly string[]): Sound<ProwConfig> | undefined {
  const sound = decodeSound(ProwConfig, source, findings, sectionPart, alsoKnown);
  queriesOf.set(source, sound?.cut.length === 0 ? sound.value.tide.queries : []);
  return sound;
}

/** With a fault falls the key of the section that it is in. A list falls as a whole: its entries are told by their place in it. */
export function sectionPart(fault: Path): Path {
  return fault.slice(0, typeof fault[1] === 'number' ? 1 : 2);
}

/** Tide's queries as a file has them; none where the file has a fault. */
export function tideQueriesIn(source: Source): readonly TideQuery[] {
  if (!queriesOf.has(source)) decodeProw(source, noFindings(), []);
  return queriesOf.get(source) ?? [];
}
