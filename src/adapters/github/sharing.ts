/** Concurrent callers of the same work share one run of it. */
export interface Sharing {
  /** Joins the work of that id, or begins it. It is aborted once nobody waits for it any more. */
  share<T>(id: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): { readonly joined: boolean; readonly work: Promise<T> };
  /** Later callers do not join what is under way: something has changed since it began. */
  unshare(which?: (id: string) => boolean): void;
}

interface Running {
  readonly work: Promise<unknown>;
  readonly abort: AbortController;
  waiting: number;
}

/** Sharing within this process. */
export function createSharing(): Sharing {
  const running = new Map<string, Running>();

  function join<T>(one: Running, signal: AbortSignal): Promise<T> {
    one.waiting++;
    return new Promise<T>((resolve, reject) => {
      let left = false;
      const leave = (): void => {
        if (left) return;
        left = true;
        signal.removeEventListener('abort', onAbort);
        one.waiting--;
      };
      const onAbort = (): void => {
        leave();
        if (one.waiting === 0) one.abort.abort(signal.reason);
        reject(signal.reason as Error);
      };
      if (signal.aborted) { onAbort(); return; }
      signal.addEventListener('abort', onAbort, { once: true });
      (one.work as Promise<T>).then(
        (value) => { leave(); resolve(value); },
        (error: unknown) => { leave(); reject(error as Error); },
      );
    });
  }

  return {
    share<T>(id: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>) {
      const known = running.get(id);
      if (known && !known.abort.signal.aborted) return { joined: true, work: join<T>(known, signal) };
      const abort = new AbortController();
      const one: Running = { abort, waiting: 0, work: begin(abort.signal).finally(() => { if (running.get(id) === one) running.delete(id); }) };
      running.set(id, one);
      return { joined: false, work: join<T>(one, signal) };
    },
    unshare(which = () => true) {
      for (const id of running.keys()) if (which(id)) running.delete(id);
    },
  };
}
