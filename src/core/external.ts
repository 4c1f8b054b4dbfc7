/**
 * External plugins among the plugins of a delivery: a name that no built-in plugin has, so that lanes, backlogs and dead letters treat
 * them alike. It holds no space and no colon but the first, which are separators of the stores.
 */
const PREFIX = 'external:';

/** The name of an external plugin in queues; `ordinal` tells several of one name apart, the first is 1. */
export function externalName(name: string, ordinal = 1): string {
  return `${PREFIX}${encodeURIComponent(name)}${ordinal === 1 ? '' : `+${ordinal}`}`;
}

export function isExternal(plugin: string): boolean {
  return plugin.startsWith(PREFIX);
}

/** The name for people. */
export function shownName(plugin: string): string {
  return isExternal(plugin) ? decodeURIComponent(plugin.slice(PREFIX.length).replace(/\+\d+$/, '')) : plugin;
}
