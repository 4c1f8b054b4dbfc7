import type { Delivery } from '../../core/event.js';

/** Headers as they are stored; nothing where there are none. */
export function headersOf(json: string | null | undefined): Pick<Delivery, 'headers'> {
  if (!json) return {};
  try {
    return { headers: JSON.parse(json) as Record<string, string> };
  } catch {
    return {};
  }
}
