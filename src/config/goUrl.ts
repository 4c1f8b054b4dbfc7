/** What may stand in a host beside letters and digits; anything beyond ASCII may as well. */
const HOST = /^(?:[\w\-.~!$&'()*+,;=:[\]<>"]|[^\x00-\x7f]|%25|%[89a-fA-F][0-9a-fA-F])*$/;
const USER = /^(?:[\w\-.~!$&'()*+,;=:%@])*$/;
const CONTROL = /[\x00-\x1f\x7f]/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s;

/** The scheme of an address that Go reads as one, in lower case and empty where there is none; undefined where Go reads no address. */
export function goUrlScheme(text: string): string | undefined {
  const [plain = '', ...fragment] = text.split('#');
  if (CONTROL.test(plain) || !escapesAreWhole(fragment.join('#')) || plain.startsWith(':')) return undefined;
  const [, scheme = '', after = plain] = SCHEME.exec(plain) ?? [];
  const [rest = ''] = after.split('?');
  return isRest(rest, scheme) ? scheme.toLowerCase() : undefined;
}

/** Whether Go reads a text as an address; a path alone is one, and so is nothing at all. */
export function isGoUrl(text: string): boolean {
  return goUrlScheme(text) !== undefined;
}

function isRest(rest: string, scheme: string): boolean {
  // What follows a scheme without a slash is not looked at.
  if (!rest.startsWith('/')) return scheme !== '' || (!/^[^/]*:/.test(rest) && escapesAreWhole(rest));
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return escapesAreWhole(rest);
  const end = rest.indexOf('/', 2);
  const [authority, path] = end < 0 ? [rest.slice(2), ''] : [rest.slice(2, end), rest.slice(end)];
  return isAuthority(authority, scheme.toLowerCase()) && escapesAreWhole(path);
}

function isAuthority(authority: string, scheme: string): boolean {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  return USER.test(user) && escapesAreWhole(user) && isHost(authority.slice(at + 1), scheme);
}

/** Only hosts of the web are refused for a second colon. */
function isHost(host: string, scheme: string): boolean {
  if (host.startsWith('[')) return /^\[[0-9A-Fa-f:.]+(?:%25[^\]]+)?\](?::\d*)?$/.test(host);
  return HOST.test(host) && (/^https?$/.test(scheme) ? /^[^:]*(?::\d*)?$/ : /^(?:.*:\d*|[^:]*)$/s).test(host);
}

function escapesAreWhole(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}
