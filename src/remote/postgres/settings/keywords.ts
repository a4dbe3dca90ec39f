import { CredWatchError } from '../../../errors.ts';

/** The keywords of libpq that cred-watch supports, and their environment variables. */
export const VARIABLES = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  application_name: 'PGAPPNAME',
  options: 'PGOPTIONS',
} as const;
export type Keyword = keyof typeof VARIABLES;

/** Values as given, before they are checked. */
export type Keywords = Readonly<Partial<Record<Keyword, string>>>;

/** A keyword of a URL or of a service file. `service` and `servicefile` only say where other keywords are. */
export const isKeyword = (name: string): name is Keyword => Object.hasOwn(VARIABLES, name);

/** Keywords of libpq that change nothing here, because they are about things that cred-watch does not do. */
const IGNORED = new Set([
  'channel_binding',
  'client_encoding',
  'fallback_application_name',
  'gssencmode',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'sslcompression',
  'sslsni',
  'ssl_max_protocol_version',
  'target_session_attrs',
  'tcp_user_timeout',
]);

/** Of these keywords, only values that cred-watch fulfils anyway are ignored. */
const IGNORED_VALUES: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer'],
  gssencmode: ['disable', 'prefer'],
  target_session_attrs: ['any', 'read-write', 'primary'],
};

/** @throws CredWatchError if the keyword is not supported; `location` says where the keyword is */
export function assertIgnorable(name: string, value: string, location: string): void {
  if (IGNORED.has(name) && (IGNORED_VALUES[name]?.includes(value) ?? true)) return;
  const setting = IGNORED.has(name) ? `${name}=${value}` : name;
  throw new CredWatchError(
    `the setting ${setting} of ${location} is not supported`,
    `remove it; cred-watch supports ${Object.keys(VARIABLES).join(', ')}`,
    { code: 'INVALID_ARGUMENT' },
  );
}
