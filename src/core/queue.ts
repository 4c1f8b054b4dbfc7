import type { z } from 'zod';

/** What a processor is told besides its payload. */
export interface Run {
  /** Aborted when the lock is lost, when the worker stops, or when the run takes too long. */
  readonly signal: AbortSignal;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** `lookAgainAt` (milliseconds since the epoch): the adapter runs the key once more then, unless an event does so sooner. */
export type Outcome = Readonly<{ lookAgainAt: number }> | undefined | void;

/**
 * A queue of keys (design decision 4). The payload says what to look at, never what to do. At most one job of a key
 * waits and at most one runs; a key added during its run causes one more run.
 */
export interface QueueDef<P, Deps> {
  readonly name: string;
  readonly payload: z.ZodType<P>;
  /** The key of a payload. */
  dedupe(payload: P): string;
  readonly retry: Readonly<{ attempts: number; backoffMs: number; maxBackoffMs?: number }>;
  /** Jobs at a time in one worker process. */
  readonly concurrency: number;
  /** A run that takes longer is aborted and counts as a failed attempt. */
  readonly timeoutMs: number;
  process(payload: P, deps: Deps, run: Run): Promise<Outcome>;
  /** Told once when the last attempt has failed. */
  exhausted?(payload: P, deps: Deps, error: Error): Promise<void>;
  /** Its failed jobs are its purpose: each key has one at most, kept until a person retries or deletes it, for eight days (as long as deliveries live) and 20,000 of them. */
  readonly graveyard?: true;
  /** Runs again and again without an event: milliseconds between two runs, and the payload. */
  readonly tick?: Readonly<{ everyMs: number; payload: P }>;
}

/** Keeps the types of a queue's payload and dependencies together. */
export function defineQueue<P, Deps>(def: QueueDef<P, Deps>): QueueDef<P, Deps> {
  return def;
}

/** Adds keys to a queue. `delayMs`: not before then, unless an add without delay comes sooner. `priority`: lower goes first, 0 is the default and first. */
export interface Adder<P> {
  add(payload: P, options?: Readonly<{ delayMs?: number; priority?: number }>): Promise<void>;
}
