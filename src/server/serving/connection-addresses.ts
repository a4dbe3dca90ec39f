import type { Socket } from 'node:net';
import type { ConnectionAddresses } from './served-exchange.ts';

const cached = new WeakMap<Socket, ConnectionAddresses>();

/** The addresses of a connection. They stay known after the connection has closed. */
export function findAddresses(socket: Socket): ConnectionAddresses {
  const known = cached.get(socket);
  if (known !== undefined) return known;
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  const addresses = {
    remoteAddress: remoteAddress ?? 'unix',
    remotePort: remotePort ?? null,
    localAddress: localAddress ?? 'unix',
    localPort: localPort ?? null,
  };
  cached.set(socket, addresses);
  return addresses;
}
