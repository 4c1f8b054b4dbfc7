import { stringify } from 'yaml';

/** An object as YAML the way upstream prints it: keys sorted (deck 3.5), and quoted wherever a reader of YAML 1.1 would not see a text. */
export function yamlOf(value: unknown): string {
  return stringify(value, { version: '1.1', sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
}
