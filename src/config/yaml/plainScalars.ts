const TRUE = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL = new Set(['', '~', 'null', 'Null', 'NULL']);
const LONGEST_WORD = 5;

const INTEGER = /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$/;
const OCTAL = /^[-+]?0[0-7_]+$/;
const EXPONENT = /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\._*[0-9][0-9_]*)[eE][-+]?[0-9]+$/;
const FRACTION = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\._*[0-9][0-9_]*)$/;
const SPECIAL = /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;

/**
 * What a plain scalar is read as: YAML 1.1's booleans, nulls and numbers without times and base 60 (config 1.1); undefined for a
 * text. `odd` stands for a number that JSON cannot say.
 */
export function plainScalar(text: string): boolean | number | null | 'odd' | undefined {
  if (text.length <= LONGEST_WORD) {
    if (TRUE.has(text)) return true;
    if (FALSE.has(text)) return false;
    if (NULL.has(text)) return null;
  }
  return numberOf(text);
}

function numberOf(text: string): number | 'odd' | undefined {
  const first = text.charCodeAt(0);
  // Digits, and what may stand before them: most texts end here.
  if ((first < 0x30 || first > 0x39) && first !== 0x2b && first !== 0x2d && first !== 0x2e) return undefined;
  const found = SPECIAL.test(text) ? Number.NaN : INTEGER.test(text) ? integer(text) : EXPONENT.test(text) || FRACTION.test(text) ? Number.parseFloat(text.replaceAll('_', '')) : undefined;
  return found === undefined || (Number.isFinite(found) && !Object.is(found, -0)) ? found : 'odd';
}

function integer(text: string): number {
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  const size = digits.startsWith('0b') ? Number.parseInt(digits.slice(2), 2) : digits.startsWith('0x') ? Number.parseInt(digits.slice(2), 16)
    : OCTAL.test(text) ? Number.parseInt(digits.slice(1), 8) : Number.parseInt(digits, 10);
  return text.startsWith('-') ? -size : size;
}
