import { FLAG_VARIABLES } from '../flags/environment/flag-variables.ts';
import type { HelpRow } from './command-help.ts';

export const EXIT_STATUS_NOTE =
  'With --exit-codes nagios, the codes 0, 2 and 3 mean safe, not safe and unknown; wrong usage is 3. ' +
  'With --exit-codes systemd, for ExecCondition=, the codes 0 and 1 mean safe and not safe; unknown and wrong usage ' +
  'are 255.';

/** The forms of values that many flags have. */
export const VALUES: readonly HelpRow[] = [
  ['<duration>', '90s, 15m, 1h30m, 5h, 7d or PT5H'],
  ['<time>', '2026-01-31, 2026-01-31T12:00:00Z, or a duration before now such as 7d'],
  ['<share>', '95% or 0.95'],
];

export const ENVIRONMENT: readonly HelpRow[] = [
  ['CRED_WATCH_DB', 'database location, unless --db is given'],
  [
    'CRED_WATCH_HOST',
    'host name to record, unless --host is given; it selects no host in report, status and export',
  ],
  [
    Object.values(FLAG_VARIABLES).join(', '),
    `values of ${Object.keys(FLAG_VARIABLES).join(', ')} in init, poll, status, report, check, exec and env, unless the flag is given; an empty variable counts as unset`,
  ],
  [
    'STATE_DIRECTORY',
    'folder of the database if neither --db nor CRED_WATCH_DB is given; set by systemd (StateDirectory=)',
  ],
  ['XDG_STATE_HOME', 'state directory; the default database is cred-watch/samples.db in this folder'],
  [
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'location of the container endpoint; poll reads it by default if one of them is set',
  ],
  [
    'AWS_CONTAINER_AUTHORIZATION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'authorization token for the container endpoint',
  ],
  [
    'AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, AWS_EC2_METADATA_DISABLED',
    'location of IMDS, and whether it may be used, as in the AWS SDKs',
  ],
  ['AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE', 'profile, and locations of the shared files'],
  ['CRED_WATCH_NO_CACHE', 'if set, neither use nor write the code cache'],
  ['CACHE_DIRECTORY', 'folder of the code cache; set by systemd (CacheDirectory=)'],
  ['XDG_CACHE_HOME', 'cache directory; the default code cache is cred-watch in this folder'],
  ['NO_COLOR, FORCE_COLOR', 'disable colour, or force it without a terminal'],
  ['LC_ALL, LC_CTYPE, LANG', 'locale; text and charts are ASCII unless the locale is UTF-8'],
];

export const FILES: readonly HelpRow[] = [
  ['~/.local/state/cred-watch/samples.db', 'default database'],
  ['/var/lib/cred-watch/samples.db', 'default database of root'],
  ['~/.cache/cred-watch', 'default code cache'],
  ['/var/cache/cred-watch', 'default code cache of root'],
  ['~/.aws/config, ~/.aws/credentials', 'profiles; only read, never written'],
  ['$(npm root -g)/cred-watch/docs', 'documents that the help names'],
];

export const SEE_ALSO = 'aws(1), crontab(5), docker-run(1), systemd.service(5), systemd.timer(5)';
