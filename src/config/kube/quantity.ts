const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 1_000_000_000n;

/**
 * A Kubernetes quantity as upstream writes it: the largest unit that needs no fraction, in the family of units in which it was given
 * (`2000m` is `2`, `1024Mi` is `1Gi`, `1.5Gi` is `1536Mi`); what is not a quantity is undefined.
 */
export function canonicalQuantity(value: string | number): string | undefined {
  const [whole, sign = '', digits = '', unit = ''] = FORM.exec(String(value).trim()) ?? [];
  if (whole === undefined) return undefined;
  const [integer = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${integer}${fraction}` || '0');
  const binary = BINARY.indexOf(unit);
  const exponential = /^[eE][-+]?\d/.test(unit);
  const exponent = (exponential ? Number(unit.slice(1)) : binary > 0 ? 0 : DECIMAL[unit] ?? 0) - fraction.length;
  if (Math.abs(exponent) > 400) return undefined;
  const nanos = inNanos(mantissa * (binary > 0 ? 1024n ** BigInt(binary) : 1n), exponent);
  const minus = sign === '-' && nanos > 0n ? '-' : '';
  // Small or broken numbers are shown in decimal units, so that nothing is rounded.
  if (binary > 0 && nanos % NANO === 0n && nanos >= 1024n * NANO) return minus + withBinaryUnit(nanos / NANO);
  return minus + withDecimalUnit(nanos, exponential ? 'exponent' : 'unit');
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
