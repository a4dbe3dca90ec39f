import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface ImportedRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  lines: string[];
}

/** What the server does instead of accepting the samples. */
export type ImportFailure =
  | { status: number; body?: string; headers?: Record<string, string> }
  | 'reset'
  /** Stores the samples, but the client gets no response. */
  | 'lose-response';

export interface ImportServer {
  url: string;
  requests: ImportedRequest[];
  /** The lines of accepted requests. */
  accepted: string[];
  /** These replace the next responses, in order. */
  failures: ImportFailure[];
  /** A server with this limit answers 413 to longer requests. */
  maxLines: number;
}

/** A server for samples in the text format on a free loopback port, until the test ends. */
export async function startImportServer(): Promise<ImportServer> {
  const state: ImportServer = { url: '', requests: [], accepted: [], failures: [], maxLines: 1e9 };
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const { method = '', url: path = '', headers } = message;
      const lines = gunzipSync(Buffer.concat(chunks)).toString().split('\n').slice(0, -1);
      state.requests.push({ method, path, headers, lines });
      const failure = state.failures.shift();
      if (failure === 'reset') return void message.socket.resetAndDestroy();
      if (failure === 'lose-response') {
        state.accepted.push(...lines);
        return void message.socket.resetAndDestroy();
      }
      if (failure !== undefined)
        return void response.writeHead(failure.status, failure.headers).end(failure.body ?? '');
      if (lines.length > state.maxLines) return void response.writeHead(413).end('too large');
      state.accepted.push(...lines);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  state.url = `http://127.0.0.1:${port}`;
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return state;
}
