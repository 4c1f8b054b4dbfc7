/** One condition of a Kubernetes label selector. */
export type Requirement = Readonly<{ key: string } & ({ operator: 'exists' | 'absent' } | { operator: 'in' | 'notin'; values: readonly string[] } | { operator: 'above' | 'below'; than: number })>;

const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/;
const PART = /\s*(?:(!)\s*([^\s,=!()<>]+)|([^\s,=!()<>]+)(?:\s*(==|=|!=|>|<)\s*([^\s,=!()<>]*)|\s+(in|notin)\s*\(([^()]*)\))?)\s*(,|$)/y;

/** The conditions of a label selector, all of which must hold: `a=b, c in (d, e), !f`. Throws an error that says what is wrong. */
export function parseSelector(text: string): readonly Requirement[] {
  if (text.trim() === '') return [];
  const found: Requirement[] = [];
  PART.lastIndex = 0;
  for (let at = 0; ; at = PART.lastIndex) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (!match) throw new Error(`expected KEY, !KEY, KEY=VALUE, KEY!=VALUE or KEY in (VALUE, ...) at ${JSON.stringify(text.slice(at).trim())}`);
    const [, not, absent, key = absent ?? '', sign, value = '', set, list = '', end] = match;
    if (!KEY.test(key)) throw new Error(`not the name of a label: ${JSON.stringify(key)}`);
    const values = set === undefined ? [value] : list.split(',').map((one) => one.trim());
    const wrong = values.find((one) => !VALUE.test(one));
    if (wrong !== undefined) throw new Error(`not the value of a label: ${JSON.stringify(wrong)}`);
    if (sign === '>' || sign === '<') {
      if (!/^[-+]?\d+$/.test(value)) throw new Error(`expected a whole number behind ${sign}, found ${JSON.stringify(value)}`);
      found.push({ key, operator: sign === '>' ? 'above' : 'below', than: Number(value) });
    } else if (sign === undefined && set === undefined) found.push({ key, operator: not === undefined ? 'exists' : 'absent' });
    else found.push({ key, operator: sign === '!=' || set === 'notin' ? 'notin' : 'in', values });
    if (end === '') return found;
  }
}

/** Whether labels fulfil a selector; a label that is not there is not any of the values. */
export function selects(selector: readonly Requirement[], labels: Readonly<Record<string, string>>): boolean {
  return selector.every((one) => {
    const value = Object.hasOwn(labels, one.key) ? labels[one.key] : undefined;
    switch (one.operator) {
      case 'exists': return value !== undefined;
      case 'absent': return value === undefined;
      case 'in': return value !== undefined && one.values.includes(value);
      case 'notin': return value === undefined || !one.values.includes(value);
      case 'above': return value !== undefined && /^[-+]?\d+$/.test(value) && Number(value) > one.than;
      case 'below': return value !== undefined && /^[-+]?\d+$/.test(value) && Number(value) < one.than;
      default: return one satisfies never;
    }
  });
}
