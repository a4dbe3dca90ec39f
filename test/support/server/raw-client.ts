import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A response, byte for byte. */
export interface RawResponse {
  /** Status line and headers, without carriage returns. */
  head: string;
  status: number;
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>;
  names: readonly string[];
  body: string;
}

type Headers = Readonly<Record<string, string>>;

/** The text of a request, with the Host of the origin. */
export function requestText(origin: string, method: string, target: string, headers: Headers = {}): string {
  const lines = Object.entries({ Host: new URL(origin).host, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`${method} ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** Sends a request on a new connection. */
export async function sendRequest(
  origin: string,
  method: string,
  target: string,
  headers: Headers = {},
): Promise<RawResponse> {
  return sendRawRequest(origin, requestText(origin, method, target, headers), method === 'HEAD');
}

/** Sends any bytes on a new connection. The response is incomplete if the server closes early. */
export async function sendRawRequest(
  origin: string,
  bytes: string | Buffer,
  isHead = false,
): Promise<RawResponse> {
  const connection = await Connection.open(origin);
  connection.send(bytes);
  const text = await connection.received(
    (received, isOver) => isOver || (isComplete(received, isHead) && !/^connection: close/im.test(received)),
  );
  connection.destroy();
  return parseResponse(text);
}

/** A connection for several requests, or for partial ones. */
export class Connection {
  readonly #socket: Socket;
  #received = '';
  #isOver = false;
  #error = '';
  #changed = () => {};

  static async open(origin: string): Promise<Connection> {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''));
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Connection(socket);
  }

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#changed();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error.code ?? '';
    });
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
    onTestFinished(() => this.destroy());
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Stops reading, like a client that hangs. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Waits until the received text meets the condition; otherwise the test times out. */
  async received(condition: (received: string, isOver: boolean) => boolean): Promise<string> {
    while (!condition(this.#received, this.#isOver)) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    return this.#received;
  }

  /** The next response on a connection that stays open. */
  async nextResponse(): Promise<RawResponse> {
    const text = await this.received((received, isOver) => isOver || isComplete(received, false));
    const response = parseResponse(text);
    const headEnd = text.indexOf('\r\n\r\n') + 4;
    const length = Number(response.headers.get('content-length') ?? 0);
    this.#received = text.slice(headEnd + length);
    return { ...response, body: text.slice(headEnd, headEnd + length) };
  }

  /** The text until the server closes, and the error code of the close; `''` for a normal close. */
  async rest(): Promise<{ text: string; error: string }> {
    const text = await this.received((_, isOver) => isOver);
    return { text, error: this.#error };
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #end(): void {
    this.#isOver = true;
    this.#changed();
  }
}

function isComplete(received: string, isHead: boolean): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = isHead ? 0 : Number(/^content-length: (\d+)/im.exec(received.slice(0, end))?.[1] ?? 0);
  return received.length >= end + 4 + length;
}

function parseResponse(text: string): RawResponse {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end < 0 ? text.length : end).replaceAll('\r\n', '\n');
  const [statusLine = '', ...lines] = head.split('\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
  return {
    head,
    status: Number(statusLine.split(' ')[1]),
    headers: new Map(headers.map(([name, value]) => [name.toLowerCase(), value])),
    names: headers.map(([name]) => name),
    body: end < 0 ? '' : text.slice(end + 4),
  };
}
