import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** An answer of the real service that somebody published. */
export interface Captured {
  method: string;
  path: string;
  /** Of the request, where they mattered. */
  sent: Readonly<Record<string, string>>;
  /** Status line and headers in the order of the wire; `''` where only the body was shown. */
  head: string;
  /** In lower case by name; what was published as a map has its headers so itself. */
  headers: ReadonlyMap<string, string>;
  /** Null where it was not shown. */
  body: string | null;
}

const FOLDER = resolve(import.meta.dirname, '..', '..', '..', 'fixtures', 'captures');

export const capturedNames = () =>
  readdirSync(FOLDER)
    .map((file) => file.replace(/\.txt$/, ''))
    .sort();

/**
 * A file is: the request and its headers as comments, more comments on where it is from and what was changed by whom,
 * the head, and after an empty line the body.
 */
export function captured(name: string): Captured {
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
  const answer = lines.slice(remarks.length + 1);
  const blank = answer.indexOf('');
  const head = answer.slice(0, blank);
  const body = answer.slice(blank + 1).join('\n');
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
    body: blank === answer.length - 1 ? null : body,
  };
}
