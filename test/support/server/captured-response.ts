import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A published response of the real service. */
export interface Capture {
  method: string;
  path: string;
  /** The request headers that influence the response. */
  sent: Readonly<Record<string, string>>;
  /** Status line and headers in their order; `''` if only the body was published. */
  head: string;
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>;
  /** Null if it was not published. */
  body: string | null;
}

const FOLDER = resolve(import.meta.dirname, '..', '..', '..', 'fixtures', 'captures');

export const listCaptures = () =>
  readdirSync(FOLDER)
    .map((file) => file.replace(/\.txt$/, ''))
    .sort();

/**
 * Reads a capture. A file contains: the request and its headers as comments, comments about the source and
 * changes, the response head, an empty line, and the body.
 */
export function readCapture(name: string): Capture {
  const lines = readFileSync(join(FOLDER, `${name}.txt`), 'utf8').split('\n');
  const [request = '', ...remarks] = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  const [, method = '', path = ''] = request.split(' ');
  const sent = remarks.flatMap((line) => {
    const [, header, value] = /^# ([\w-]+): ([\w-]+)$/.exec(line) ?? [];
    return header === undefined || value === undefined ? [] : [[header, value] as const];
  });
  const response = lines.slice(remarks.length + 1);
  const blank = response.indexOf('');
  const head = response.slice(0, blank);
  const body = response.slice(blank + 1).join('\n');
  return {
    method,
    path,
    sent: Object.fromEntries(sent),
    head: head.join('\n'),
    headers: new Map(
      head.slice(1).map((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
      }),
    ),
    body: blank === response.length - 1 ? null : body,
  };
}
