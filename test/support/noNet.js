import net from 'node:net';

/** No test may reach beyond this machine: connecting anywhere but to loopback throws, whichever library does it. */
const MARK = Symbol.for('prow.noNet');
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost|0\.0\.0\.0)$/;

if (!net.Socket.prototype[MARK]) {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function guarded(...args) {
    const [first] = Array.isArray(args[0]) ? args[0] : args;
    const host = typeof first === 'object' && first !== null ? (first.path ? undefined : first.host) : typeof args[1] === 'string' ? args[1] : undefined;
    if (host !== undefined && host !== null && !LOOPBACK.test(host)) throw new Error(`a test tried to connect to ${host}`);
    return connect.apply(this, args);
  };
  net.Socket.prototype[MARK] = true;
}
