import { z } from 'zod';
import { Duration, Regex } from '../scalars.js';

/** A switch that is off where nothing is said. */
export const flag = (description: string) => z.boolean().default(false).meta({ description });

/** A text; an empty one means what is said here for a missing one, as upstream has it. */
export const text = (description: string, missing = '') => z.string().default(missing).transform((value) => value || missing).meta({ description });

/** A list of texts, empty where nothing is said. */
export const texts = (description: string) => z.array(z.string()).readonly().default([]).meta({ description });

/** A whole number, 0 where nothing is said. */
export const count = (description: string) => z.int().default(0).meta({ description });

/** The source of an RE2 expression; an empty one means what is said here for a missing one. */
export const regex = (description: string, missing = '') => z.string().default(missing).transform((value) => value || missing).pipe(Regex).meta({ description });

/** A Go duration, milliseconds in the program; an empty one means what is said here for a missing one. */
export const duration = (description: string, missing: string) => z.string().default(missing).transform((value) => value || missing).pipe(Duration).meta({ description });

/** A list, empty where nothing is said. */
export const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).readonly().default([]).meta({ description });

/** A map, empty where nothing is said. */
export const map = <T extends z.ZodType>(value: T, description: string) => z.record(z.string(), value).readonly().default({}).meta({ description });

export const REPOS = 'Organisations (`org`) and repositories (`org/repo`) that this entry is for.';
