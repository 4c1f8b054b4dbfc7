/** Real files have a hundredth of them; aliases can make more out of little. */
const MOST = 200_000;

/** Whether a value is JSON through and through, so that it is the same after it was written and read as such; false for a very large one. */
export function isPlainJson(value: unknown): boolean {
  let left = MOST;
  const look = (one: unknown): boolean => {
    if (left-- <= 0) return false;
    if (one === null || typeof one === 'string' || typeof one === 'boolean') return true;
    if (typeof one === 'number') return Number.isFinite(one) && !Object.is(one, -0);
    if (typeof one !== 'object') return false;
    if (Array.isArray(one)) return one.every(look);
    return Object.getPrototypeOf(one) === Object.prototype && !Object.hasOwn(one, '__proto__') && Object.values(one).every(look);
  };
  return look(value);
}
