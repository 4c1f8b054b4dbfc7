const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 1_000_000_000n;
/** Binary quantities end here, as upstream's numbers do; in nanos. */
const MAX_BINARY = ((1n << 63n) - 1n) * NANO;

/** More digits than these are not kept as given. */
const MAX_DIGITS = 18;

/** Whether a text is a quantity; what it is worth is not worked out. */
export function isQuantity(value: string | number): boolean {
  return FORM.test(String(value).trim());
}

/**
 * A Kubernetes quantity as upstream writes it: the largest unit that needs no fraction, in the family of units in which it was given
 * (`2000m` is `2`, `1024Mi` is `1Gi`, `1.5Gi` is `1536Mi`), or as it stands where upstream takes it for canonical; what is not a
 * quantity is undefined.
 */
export function canonicalQuantity(value: string | number): string | undefined {
  const [whole, sign = '', digits = '', unit = ''] = FORM.exec(String(value).trim()) ?? [];
  if (whole === undefined) return undefined;
  if (whole === '0') return whole;
  const [integer = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${integer}${fraction}` || '0');
  const binary = BINARY.indexOf(unit);
  const exponential = /^[eE][-+]?\d/.test(unit);
  const exponent = (exponential ? Number(unit.slice(1)) : binary > 0 ? 0 : DECIMAL[unit] ?? 0) - fraction.length;
  if (Math.abs(exponent) > 400) return undefined;
  const number = `${integer.replace(/^0+/, '') || '0'}${fraction}`;
  if (binary > 0 ? isCanonicalBinary(number, fraction, binary) : isCanonicalDecimal(number, exponent)) return whole;
  const wanted = inNanos(mantissa * (binary > 0 ? 1024n ** BigInt(binary) : 1n), exponent);
  const nanos = binary > 0 && wanted > MAX_BINARY ? MAX_BINARY : wanted;
  const minus = sign === '-' && nanos > 0n ? '-' : '';
  // Small or broken numbers are shown in decimal units, so that nothing is rounded.
  if (binary > 0 && nanos % NANO === 0n && nanos >= 1024n * NANO) return minus + withBinaryUnit(nanos / NANO);
  return minus + withDecimalUnit(nanos, exponential ? 'exponent' : 'unit');
}

/** Upstream's quick look at a number: no zeros in front, no thousands at the end, an exponent that has a unit. Signs do not matter to it. */
function isCanonicalDecimal(number: string, exponent: number): boolean {
  return number.length <= MAX_DIGITS && exponent >= -9 && exponent % 3 === 0 && !number.endsWith('000') && !number.startsWith('0');
}

/** The same for binary units: a whole and small number that is not divisible by eight. */
function isCanonicalBinary(number: string, fraction: string, unit: number): boolean {
  return fraction === '' && number.length <= 15 - 1 - 3 * unit && BigInt(number) % 8n !== 0n;
}

/** More digits than nanos are rounded up. */
function inNanos(mantissa: bigint, exponent: number): bigint {
  const shift = exponent + 9;
  if (shift >= 0) return mantissa * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (mantissa + divisor - 1n) / divisor;
}

function withBinaryUnit(value: bigint): string {
  let rest = value;
  let step = 0;
  while (step < BINARY.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n;
    step++;
  }
  return `${rest}${BINARY[step] ?? ''}`;
}

function withDecimalUnit(nanos: bigint, style: 'unit' | 'exponent'): string {
  if (nanos === 0n) return '0';
  let rest = nanos;
  let exponent = -9;
  while (exponent < 18 && rest % 1000n === 0n) {
    rest /= 1000n;
    exponent += 3;
  }
  if (style === 'exponent') return exponent === 0 ? String(rest) : `${rest}e${exponent}`;
  return `${rest}${Object.entries(DECIMAL).find(([, power]) => power === exponent)?.[0] ?? ''}`;
}
