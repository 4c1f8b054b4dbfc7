export type Labels = Readonly<Record<string, string>>;

/** Prometheus metrics by upstream's names (config 9.3); an unknown name is an error of the programmer. */
export interface Metrics {
  count(name: string, labels?: Labels, by?: number): void;
  set(name: string, value: number, labels?: Labels): void;
  observe(name: string, value: number, labels?: Labels): void;
}

/** Counts nothing; for tests and tools. */
export const noMetrics: Metrics = { count() {}, set() {}, observe() {} };
