// Loaded into a service before its own code: connections to port A of this machine go to port B; REDIRECT=A:B,…
// A Kafka client goes where the broker says that it is, whatever address it was given.
import net from 'node:net';

const ports = new Map(
  (process.env.REDIRECT ?? '').split(',').map((pair) => pair.split(':').map(Number) as [number, number]),
);
const connect = net.Socket.prototype.connect as (...args: unknown[]) => net.Socket;

net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  for (const one of args.flat()) {
    const options = one as { port?: unknown } | null;
    const port = typeof options === 'object' && options !== null ? ports.get(Number(options.port)) : undefined;
    if (port !== undefined) options!.port = port;
  }
  return connect.apply(this, args);
} as typeof net.Socket.prototype.connect;
