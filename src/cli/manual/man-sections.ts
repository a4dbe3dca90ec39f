/** What a manual says beside the help of the commands. Paths and variables in front, what they are for behind. */
export const EXIT_STATUS: readonly (readonly [code: string, means: string])[] = [
  ['0', 'done; of report, check and env: safe, or no job was given'],
  ['1', 'not safe; of poll: the poll failed, and was recorded as failed; of sources: no place answers'],
  ['2', 'wrong usage, or it could not run'],
  ['3', 'unknown: what was measured is too little, too old or not there'],
  ['125', 'of exec: the command was not started, for whatever reason'],
  ['126, 127', 'of exec: the command cannot be run, or was not found'],
  ['128+n', 'of exec: the command was ended by signal n; of a wait that signal n ended: there is no answer'],
];

export const EXIT_STATUS_NOTE =
  'The command that exec has started ends with its own code. With --exit-codes nagios 0, 2 and 3 stand for safe, ' +
  'not safe and unknown, and wrong usage is 3; with --exit-codes systemd, which suits ExecCondition=, 0 and 1 stand ' +
  'for safe and not safe, and 255 for unknown and wrong usage.';

export const ENVIRONMENT: readonly (readonly [name: string, means: string])[] = [
  ['CRED_WATCH_DB', 'the database, where --db names none'],
  ['CRED_WATCH_HOST', 'the host to file samples under, where --host names none'],
  ['STATE_DIRECTORY', 'set by systemd (StateDirectory=): the folder of the database, where none is named'],
  ['XDG_STATE_HOME', 'the folder in which cred-watch/samples.db is, where none is named'],
  [
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'the container endpoint; --source auto goes there if one of them is set',
  ],
  ['AWS_CONTAINER_AUTHORIZATION_TOKEN, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'what it is asked with'],
  [
    'AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, AWS_EC2_METADATA_DISABLED',
    'where IMDS is, and whether it may be asked, as for the SDKs of AWS',
  ],
  ['AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE', 'the profile, and the shared files'],
  ['NO_COLOR, FORCE_COLOR', 'no colour, or colour even where there is no terminal'],
  ['LC_ALL, LC_CTYPE, LANG', 'whether more than ASCII can be shown'],
];

export const FILES: readonly (readonly [path: string, is: string])[] = [
  ['~/.local/state/cred-watch/samples.db', 'the samples, where nothing else is said'],
  ['/var/lib/cred-watch/samples.db', 'those of root'],
  ['~/.aws/config, ~/.aws/credentials', 'profiles; read, and never written'],
];

export const SEE_ALSO = 'aws(1), crontab(5), docker-run(1), systemd.service(5), systemd.timer(5)';
