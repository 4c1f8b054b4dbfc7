/** What the recovery of missed deliveries must know of the memory that holds the marks. */
export interface Marks {
  /** Since when the present memory exists, and when the last complete walk within it began (milliseconds since the epoch). */
  memory(): Promise<Readonly<{ born: number; walked: number | undefined }>>;
  /** Marks deliveries as handled without handling them. */
  mark(ids: readonly string[]): Promise<void>;
  /** A complete walk that began then has ended; nothing when the memory is another one by now. */
  walked(began: number, born: number): Promise<void>;
}
