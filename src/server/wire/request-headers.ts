/** The headers of a request, by name in lower case. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** V8 handles instances of a class faster than `Object.create(null)`. */
class HeaderTable {
  [name: string]: string | undefined;
}
Object.setPrototypeOf(HeaderTable.prototype, null);
Reflect.deleteProperty(HeaderTable.prototype, 'constructor');

/**
 * Reads the raw headers of a request. On Node 20, `headersDistinct` throws for a header named `__proto__` or
 * `constructor`, so the result has no prototype. Values of a repeated header are joined (RFC 9110), so that no
 * check sees only one of them.
 */
export function parseHeaders(rawHeaders: readonly string[]): RequestHeaders {
  const headers = new HeaderTable();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    // Node 20 accepts blanks before the colon.
    const name = rawHeaders[index]?.toLowerCase().trimEnd() ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const earlier = headers[name];
    headers[name] = earlier === undefined ? value : `${earlier}, ${value}`;
  }
  return headers;
}
