/** The plugins of the soak tests. */
export const SOAK_PLUGINS = ['good', 'third', 'hangs'] as const;
/** The lane in which `hangs` hangs, and for which of its deliveries. */
export const HUNG_LANE = 'o/r#7';
export const HUNG_NUMBERS: readonly number[] = [0, 9];
