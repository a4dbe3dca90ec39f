import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EndpointResponse } from '../endpoint-request.ts';

/** Every header is ours, in our order, and none but ours. True for HEAD: the body stays away. */
export function writeResponse(answer: EndpointResponse, response: ServerResponse, isHead: boolean): void {
  if (answer.httpVersion === '1.0') {
    // Node speaks 1.1 alone; hosts until 2023 spoke 1.0, and closed.
    writeRawResponseAndClose(isHead ? { ...answer, body: '' } : answer, response.socket!);
    return;
  }
  response.sendDate = false;
  if (headerOf(answer, 'Connection') === undefined) response.removeHeader('connection');
  // A length that a fault took away is not made up for by chunks.
  if (headerOf(answer, 'Content-Length') === undefined) response.removeHeader('transfer-encoding');
  response.writeHead(answer.status, answer.reasonPhrase, flat(answer.headers)).end(answer.body);
}

/** `Array.prototype.flat` takes longer than all the rest of an answer. */
function flat(headers: EndpointResponse['headers']): string[] {
  const all: string[] = [];
  for (const [name, value] of headers) all.push(name, value);
  return all;
}

const headerOf = ({ headers }: EndpointResponse, name: string) =>
  headers.find(([each]) => each === name)?.[1];

/**
 * The last of a connection, for what Node's own responses cannot say; they are the faster ones where they can. Closed once it is on its way: a socket that is destroyed at once may
 * take it along.
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
