import type { MiddlewareHandler } from 'hono';

/** Headers of every page: nothing foreign is loaded, framed or guessed. */
export function pageHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Referrer-Policy', 'same-origin');
    c.header('X-Frame-Options', 'DENY');
    if (!c.res.headers.has('Content-Security-Policy')) {
      c.header('Content-Security-Policy', "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    }
  };
}

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * Guards pages that act while no sign-in is configured (design decision 16): only a browser that means this listener gets
 * through. A foreign `Host` is DNS rebinding, a foreign `Origin` or `Sec-Fetch-Site` another site's form.
 */
export function loopbackOnly(): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header('host') ?? '';
    if (!LOOPBACK.test(host)) return c.text('This listener answers only for 127.0.0.1 and localhost.\n', 421);
    const origin = c.req.header('origin');
    if (origin !== undefined && origin !== `http://${host}`) return c.text('Requests of other origins are refused.\n', 403);
    const site = c.req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && c.req.method !== 'GET') return c.text('Requests of other sites are refused.\n', 403);
    await next();
    return undefined;
  };
}
