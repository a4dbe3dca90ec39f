// HTTP clients over raw sockets: a client library would use more CPU time than the measured servers.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';

/**
 * Starts a server process. Resolves when the process has printed its first line, a JSON document with the
 * address.
 */
export async function startServer(args, more = {}) {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env, ...more },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const first = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { pid: child.pid, hello: JSON.parse(first), stop };
}

/** The text of a request without a body. `headers` are lines. */
export const formatRequest = (method, path, headers) =>
  [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers, '', ''].join('\r\n');

/** Sends a request on a new connection. Resolves to the whole response. */
export function sendRequest(port, request) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece) => {
      text += piece;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}

/** A connection for many requests, one at a time. */
export function openConnection(port) {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1');
  let text = '';
  let waiting = null;
  socket.on('data', (piece) => {
    text += piece;
    const head = text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? Number.NaN);
    if (text.length < head + 4 + length) return;
    const response = text;
    text = '';
    waiting.resolve(response);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('the connection was closed')));
  return {
    sendRequest: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => {
      waiting = null;
      socket.destroy();
    },
  };
}

/** Runs `clients` concurrent loops for the given time. Resolves to the number of rounds. */
export async function runClients(clients, milliseconds, makeRound) {
  const end = Date.now() + milliseconds;
  let rounds = 0;
  const client = async (number) => {
    const { round, close } = await makeRound(number);
    while (Date.now() < end) {
      await round();
      rounds += 1;
    }
    close?.();
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return rounds;
}

/**
 * Lets each client send requests at random times, one per interval. Resolves to the response times in milliseconds.
 * @param {{ clients: number, perSecond: number, milliseconds: number }} pace  `perSecond` counts the requests of all
 *   clients
 */
export async function runPacedClients({ clients, perSecond, milliseconds }, send) {
  const begin = performance.now();
  const interval = (clients * 1000) / perSecond;
  const times = [];
  const client = async () => {
    for (let slot = begin; slot < begin + milliseconds; slot += interval) {
      const planned = slot + Math.random() * interval;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, planned - performance.now())));
      const sentAt = performance.now();
      await send();
      times.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}
