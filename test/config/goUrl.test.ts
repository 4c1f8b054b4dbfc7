import { expect, test } from '@jest/globals';
import { goUrlScheme, isGoUrl } from '../../src/config/goUrl.js';

test.each<[string, string]>([
  ['', ''], ['a/b', ''], ['/a:b', ''], ['a b', ''], ['github.com', ''], ['https://a/b c?d=%zz', 'https'], ['HTTP://x', 'http'], ['gs://bucket/path', 'gs'], ['mailto:%zz', 'mailto'], ['//host/x', ''],
  ['https://user:pass@host:80/', 'https'], ['https://[::1]:80/', 'https'], ['https://ä/', 'https'], ['file:///x', 'file'], ['x:', 'x'], ['github.com:o/r', 'github.com'], ['///a:b', ''], ['https://a:/', 'https'], ['a/b:c', ''], ['gs://', 'gs'], ['gs://a:1:2/', 'gs'], ['a#\u0001', ''],
])('%p is an address with the scheme %p', (text, want) => expect(goUrlScheme(text)).toBe(want));

test.each(['::', ':x', '1a://x', 'https://a b/', 'gs://%zz', 'https://a/%z', '%', 'https://a:port/', 'https://a:1:2/', 'https://[::1/', 'https://a/\u0001', 'a#%x', 'https://u ser@h/', 'https://a%20b/', 'https://a^b/'])(
  '%p is no address', (text) => expect(isGoUrl(text)).toBe(false),
);
