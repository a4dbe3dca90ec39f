import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EndpointResponse } from '../endpoint-request.ts';

/** Writes exactly the given headers in the given order. Node omits the body of a response to HEAD. */
export function writeResponse(response: EndpointResponse, target: ServerResponse, isHead: boolean): void {
  if (response.httpVersion === '1.0') {
    // Node's responses are always HTTP/1.1. Hosts until 2023 used HTTP/1.0 and closed the connection.
    if (target.socket === null) return;
    writeRawResponseAndClose(isHead ? { ...response, body: '' } : response, target.socket);
    return;
  }
  target.sendDate = false;
  if (!hasHeader(response, 'Connection')) target.removeHeader('connection');
  // Without a length, Node would send chunks; a fault that removes the length must not add chunks.
  if (!hasHeader(response, 'Content-Length')) target.removeHeader('transfer-encoding');
  target
    .writeHead(response.status, response.reasonPhrase, flattenHeaders(response.headers))
    .end(response.body);
}

/** A loop, because `Array.prototype.flat` takes longer than the rest of a response. */
function flattenHeaders(headers: EndpointResponse['headers']): string[] {
  const flat: string[] = [];
  for (const [name, value] of headers) flat.push(name, value);
  return flat;
}

const hasHeader = ({ headers }: EndpointResponse, name: string) => headers.some(([other]) => other === name);

/**
 * Writes the bytes of a response that Node's `ServerResponse` cannot express, and closes the connection. The
 * socket is destroyed after the data has been sent: destroying it at once can discard the data.
 */
export function writeRawResponseAndClose(
  { httpVersion, status, reasonPhrase, headers, body }: EndpointResponse,
  socket: Duplex,
): void {
  let head = `HTTP/${httpVersion} ${status} ${reasonPhrase}\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  head += '\r\n';
  const close = () => socket.destroy();
  if (typeof body === 'string') socket.end(head + body, 'utf8', close);
  else socket.end(Buffer.concat([Buffer.from(head), body]), close);
}
