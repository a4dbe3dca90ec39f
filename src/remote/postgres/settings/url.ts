import { CredWatchError } from '../../../errors.ts';
import { assertIgnorable, isKeyword, type Keyword, type Keywords } from './keywords.ts';

/** The settings in a URL. */
export interface PostgresUrl {
  keywords: Keywords;
  /** The name of a service in a service file. Null without one. */
  service: string | null;
  serviceFile: string | null;
}

/** Stands for an empty host. */
const NO_HOST = 'no-host.invalid';

/**
 * Parses `postgres://[user@][host][:port][/database][?keyword=value&…]`, as libpq does.
 * @throws CredWatchError if the URL is invalid or contains a password; the message does not quote the URL
 */
export function parsePostgresUrl(text: string): PostgresUrl {
  // libpq accepts a user without a host. `URL` does not.
  const complete = text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?]|$)/, `$1${NO_HOST}`);
  const url = /^postgres(?:ql)?:\/\//i.test(text) && URL.canParse(complete) ? new URL(complete) : null;
  if (url === null || url.hash !== '' || url.host.includes(',')) {
    const hint = text.includes(',')
      ? 'several hosts are not supported: use the address of the cluster, such as the writer endpoint'
      : 'use postgres://USER@HOST:PORT/DATABASE, and write special characters as %XX';
    throw new CredWatchError('the URL of the PostgreSQL database is invalid', hint, {
      code: 'INVALID_ARGUMENT',
    });
  }
  if (url.password !== '') throw createPasswordError();
  const keywords: Partial<Record<Keyword, string>> = {};
  const set = (keyword: Keyword, value: string) => {
    if (value !== '') keywords[keyword] = value;
  };
  set('user', decode(url.username));
  if (url.hostname !== NO_HOST) set('host', decode(url.hostname.replace(/^\[(.*)\]$/, '$1')));
  set('port', url.port);
  set('dbname', decode(url.pathname.slice(1)));
  let [service, serviceFile]: (string | null)[] = [null, null];
  // `URLSearchParams` would read `+` as a space, which libpq does not.
  for (const pair of url.search.slice(1).split('&')) {
    if (pair === '') continue;
    const [name = '', ...rest] = pair.split('=').map(decode);
    const value = rest.join('=');
    if (/^(?:ssl)?password$/.test(name)) throw createPasswordError();
    if (name === 'service') service = value;
    else if (name === 'servicefile') serviceFile = value;
    else if (isKeyword(name)) set(name, value);
    else assertIgnorable(name, value, 'the URL');
  }
  return { keywords, service: service ?? null, serviceFile: serviceFile ?? null };
}

const createPasswordError = () =>
  new CredWatchError(
    'the URL of the PostgreSQL database contains a password, which other users of this machine can see',
    'remove it from the URL, and set PGPASSWORD, or use ~/.pgpass or a service file; see docs/postgresql.md',
    { code: 'INVALID_ARGUMENT' },
  );

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CredWatchError(
      'the URL of the PostgreSQL database has an invalid % escape',
      'write % itself as %25',
      { code: 'INVALID_ARGUMENT' },
    );
  }
}
