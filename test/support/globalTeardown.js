export default function globalTeardown() {
  globalThis.__testRedis?.kill('SIGTERM');
}
