import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

export interface ScriptedResponse {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** `silence` receives the request and never responds. `reset` and `close` end the connection. */
export type Step = ScriptedResponse | 'silence' | 'reset' | 'close';

/** Chooses the response to a request. Returns undefined if it has written the response itself. */
export type Handler = (request: ReceivedRequest, response: ServerResponse) => Step | undefined;

/**
 * Responses by `METHOD /path`. A list is used in order, and its last response repeats. Other paths get 404.
 */
export type Script = Record<string, Step | Step[]>;

export interface ScriptedEndpoint {
  url: string;
  port: number;
  requests: ReceivedRequest[];
  /** `METHOD /path` of every request, in order. */
  seen(): string[];
  /** All connections until now. */
  countConnections(): number;
  close(): Promise<void>;
}

export async function startEndpoint(script: Handler | Script, host = '127.0.0.1'): Promise<ScriptedEndpoint> {
  const requests: ReceivedRequest[] = [];
  const handle = typeof script === 'function' ? script : follow(script);
  const server = createServer((request, response) => {
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
    requests.push(seen);
    perform(handle(seen, response), request, response);
  });
  const listening = await listen(server, host);
  return { ...listening, requests, seen: () => requests.map(({ method, path }) => `${method} ${path}`) };
}

/** For responses that `node:http` cannot send. `serve` gets every connection after its first bytes have arrived. */
export async function startRawEndpoint(serve: (socket: Socket) => void, host = '127.0.0.1') {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => serve(socket));
  });
  return listen(server, host);
}

function follow(script: Script): Handler {
  const left = new Map(Object.entries(script).map(([key, steps]) => [key, [steps].flat()]));
  return ({ method, path }) => {
    const steps = left.get(`${method} ${path}`);
    if (steps === undefined) return { status: 404 };
    return steps.length > 1 ? steps.shift() : steps[0];
  };
}

function perform(step: Step | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (step === undefined || step === 'silence') return;
  if (step === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if (step === 'close') {
    request.socket.destroy();
    return;
  }
  response.writeHead(step.status ?? 200, step.headers);
  response.end(step.body ?? '');
}

async function listen(server: Server, host: string) {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { url, port, close, countConnections: () => connections };
}
