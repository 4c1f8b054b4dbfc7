/** A port that remembers whether anything of it was called; upstream's metrics ask. */
export function watchUse<T extends object>(inner: T): Readonly<{ port: T; used: () => boolean }> {
  let used = false;
  const port = new Proxy(inner, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        used = true;
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { port, used: () => used };
}
