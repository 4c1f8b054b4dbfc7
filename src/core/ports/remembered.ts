/** Texts by key that one side of the installation has to remember, and whether it has begun to. */
export interface Remembered {
  /** False at the very first start, and after the memory was lost. */
  begun(): Promise<boolean>;
  /** Starts with these texts; what is remembered already stays. */
  begin(texts: ReadonlyMap<string, string>): Promise<void>;
  all(): Promise<ReadonlyMap<string, string>>;
  find(key: string): Promise<string | undefined>;
  set(key: string, text: string): Promise<void>;
  /** Says which configuration came into force last, in whichever process. It counts for ten minutes. */
  announce(revision: string): Promise<void>;
  announced(): Promise<string | undefined>;
}
