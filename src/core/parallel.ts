/**
 * Works on all of these, at most `limit` at a time, begun in their order; gives the outcomes in that order, too. A failure stops no
 * other. `before` is asked before each one; what it throws is thrown once those that are under way have ended.
 */
export async function settleAll<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>, before: () => void = () => undefined): Promise<readonly PromiseSettledResult<R>[]> {
  const outcomes: PromiseSettledResult<R>[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) {
      before();
      const [outcome] = await Promise.allSettled([work(item)]);
      outcomes[at] = outcome;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return outcomes;
}
