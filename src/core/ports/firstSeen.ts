/** Since when things have been known, in milliseconds since the epoch; losing it costs a late start of what never ran. */
export interface FirstSeen {
  /** The first `now` with which each name was asked about; names that are not asked about any more are forgotten. */
  since(group: string, names: readonly string[], now: number): Promise<ReadonlyMap<string, number>>;
}
