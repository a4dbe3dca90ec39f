import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { SOURCE_NAMES } from '../../src/domain/model.ts';
import { REPORT_FORMAT_NAMES } from '../../src/report/formats.ts';
import { MIGRATIONS } from '../../src/store/sqlite/schema.ts';
import { PROGRAM, runProgram } from '../support/cli/built-program.ts';
import { fixturePath } from '../support/cli/program-run.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { readFolder, temporaryFolder } from '../support/cli/temporary-folder.ts';
import { isThorough, sampleCases } from '../support/thorough.ts';

const SOURCES = SOURCE_NAMES.join(', ');

interface BadInput {
  args: string[];
  /** Without the prefixes `error:` and `hint:`. */
  error: string;
  hint: string;
  code?: number;
  env?: Record<string, string>;
  /** Creates files in the working folder. */
  make?: (folder: string) => void;
  /** Needs its own process, because a command that opened this file by mistake would hang. */
  isEndless?: true;
}

const DURATIONS = 'use 90s, 15m, 1h30m, 5h, 7d or PT5H';
const TIMES = 'use a day (2026-01-31), an instant (2026-01-31T12:00:00Z) or a duration before now (7d)';
const LOGS =
  'use a log with timestamps and credentials documents, or an export as NDJSON or CSV; docs/logs.md lists the forms';
const FORMAT = 'is neither a log of credentials nor an export of cred-watch';
// The message has only the first 200 characters of a value of a flag.
const LONG_NAME = 'a'.repeat(257);

const usage: BadInput[] = [
  { args: ['bogus'], error: "unknown command 'bogus'", hint: 'run `cred-watch help` for a list of commands' },
  { args: ['reprot'], error: "unknown command 'reprot'", hint: 'did you mean report?' },
  {
    args: ['help', 'bogus'],
    error: "unknown command 'bogus'",
    hint: 'run `cred-watch help` for a list of commands',
  },
  {
    args: ['poll', '--intervall', '5m'],
    error: "unknown option '--intervall'",
    hint: 'did you mean --interval?',
  },
  { args: ['report', '--last', '3d'], error: "unknown option '--last'", hint: 'did you mean --since?' },
  { args: ['check', '-d', '5h'], error: "unknown option '-d'", hint: 'did you mean -j?' },
  { args: ['check', '-h', '-j'], error: '-j needs a value', hint: 'for example `-j 4h`' },
  { args: ['man'], error: "unknown command 'man'", hint: 'did you mean `cred-watch help`?' },
  {
    args: ['init', '--uninstall'],
    error: "unknown option '--uninstall'",
    hint: 'did you mean --remove?',
  },
  {
    args: ['init', '--write', '--dry-run'],
    error: '--dry-run needs --remove',
    hint: 'run `cred-watch init` without --write, which installs nothing',
  },
  { args: ['report', '-x'], error: "unknown option '-x'", hint: 'see `cred-watch report --help`' },
  { args: ['-x'], error: "unknown option '-x'", hint: 'see `cred-watch --help`' },
  {
    args: ['prune', '--oder-than=90d'],
    error: "unknown option '--oder-than'",
    hint: 'did you mean --older-than?',
  },
  {
    args: ['poll', 'now'],
    error: "unexpected argument 'now': poll takes no arguments",
    hint: 'see `cred-watch poll --help`',
  },
  {
    args: ['report', '4h'],
    error: "unexpected argument '4h': report takes no arguments",
    hint: 'add -j: `cred-watch report -j 4h`',
  },
  {
    args: ['report', '--confidence', '95%'],
    error: '--confidence needs a job to judge',
    hint: 'add -j: `cred-watch report -j 4h`',
  },
  {
    args: ['report', '--min-watched', '90%', '--max-age', '1h'],
    error: '--min-watched needs a job to judge',
    hint: 'add -j: `cred-watch report -j 4h`',
  },
  {
    args: ['help', 'poll', 'report'],
    error: "unexpected argument 'report': help takes only 1 argument",
    hint: 'see `cred-watch help --help`',
  },
  {
    args: ['import'],
    error: 'import needs <file>',
    hint:
      'give files or folders to read, also .gz; - is standard input; ' +
      'for example `cred-watch import curl.log --host db-loader --timezone America/New_York`',
  },
  {
    args: ['report', '-j'],
    error: '-j needs a value',
    hint: 'for example `-j 4h`',
  },
  { args: ['report', '--margin'], error: '--margin needs a value', hint: 'for example `--margin 5m`' },
  {
    args: ['report', '--host'],
    error: '--host needs a value',
    hint: 'see `cred-watch report --help`',
  },
  {
    args: ['poll', '--source'],
    error: '--source needs a value',
    hint: `use --source with one of auto, ${SOURCES}`,
  },
  {
    args: ['prune'],
    error: 'prune needs --older-than <duration> or --remove-series',
    hint: 'for example `cred-watch prune --older-than 90d --dry-run`',
  },
  {
    args: ['poll', '--for', '1h'],
    error: '--for needs --interval',
    hint: 'add --interval: `cred-watch poll --interval 5m --for 24h`',
  },
  {
    args: ['import', '-', '--at', 'mtime'],
    error: 'standard input has no time for --at mtime',
    hint: 'name the file instead of -',
  },
  { args: ['import', '-', '-'], error: 'standard input was given twice', hint: 'give - only once' },
];

const badDurations: BadInput[] = ['5x', '-5h', '5h foo', 'P1M', '', '5h5h', 'PT', '١h', '5h\u001b[31m'].map(
  (value) => ({
    args: ['report', '-j', value],
    error: `--job-duration '${value.replace('\u001b', '\\u{1b}')}' is not a duration`,
    hint: DURATIONS,
  }),
);

const otherDurations: BadInput[] = [
  {
    args: ['check', '--duration', '5h'],
    error: 'check needs a job duration',
    hint: '--duration is for the session of a role; the duration of a job is --job-duration: `cred-watch check -j 5h`',
  },
  {
    args: ['report', '-j', '99999999d'],
    error: "--job-duration '99999999d' is too long",
    hint: 'use at most 36525d, a hundred years',
  },
  { args: ['report', '--margin', '5x'], error: "--margin '5x' is not a duration", hint: DURATIONS },
  { args: ['report', '--margin=-5m'], error: "--margin '-5m' is not a duration", hint: DURATIONS },
  { args: ['report', '--max-age', '0'], error: "--max-age '0' is too short", hint: 'use at least 1s' },
  { args: ['poll', '--interval', '0'], error: "--interval '0' is too short", hint: 'use at least 1s' },
  {
    args: ['poll', '--interval', '5'],
    error: "--interval '5' has no unit",
    hint: 'did you mean 5s, 5m, 5h or 5d?',
  },
  {
    args: ['poll', '--interval', '5m', '--for', '0s'],
    error: "--for '0s' is too short",
    hint: 'use at least 1s',
  },
  {
    args: ['report', '-j', '1.5h'],
    error: "--job-duration '1.5h' is not a duration",
    hint: 'did you mean 1h30m?',
  },
];

const confidences: BadInput[] = ['0', '0%', '-5%', 'high', ''].map((value) => ({
  args: ['report', '--confidence', value],
  error: `--confidence '${value}' is not a confidence`,
  hint: 'use 95% or 0.95',
}));

const times: BadInput[] = [
  ...['yesterday', '2026-02-30', '2026-13-01T00:00:00Z', '2026-01-31T24:00:00Z', ''].map((value) => ({
    args: ['report', '--since', value],
    error: `--since '${value}' is not a time`,
    hint: TIMES,
  })),
  {
    args: ['report', '--since', '1700000000'],
    error: "--since '1700000000' is not a time",
    hint: 'did you mean 2023-11-14T22:13:20Z?',
  },
  {
    args: ['report', '--since', '2026/1/31'],
    error: "--since '2026/1/31' is not a time",
    hint: 'did you mean 2026-01-31?',
  },
  { args: ['export', '--until', 'x\ny'], error: "--until 'x\\u{a}y' is not a time", hint: TIMES },
  {
    args: ['report', '--since', '2026-01-02', '--until', '2026-01-01'],
    error: '--since is after --until',
    hint: 'exchange the two times',
  },
];

const names: BadInput[] = [
  { args: ['poll', '--host', ''], error: "--host '' is not a valid name", hint: 'use 1 to 256 characters' },
  {
    args: ['poll', '--host', '  '],
    error: "--host '  ' is not a valid name",
    hint: 'use 1 to 256 characters',
  },
  {
    args: ['report', '--host', LONG_NAME],
    error: `--host '${'a'.repeat(200)}...' is not a valid name`,
    hint: 'use 1 to 256 characters',
  },
  ...(
    [
      ['poll', '--host', 'a\tb', 'a\\u{9}b'],
      ['import', '--host', 'a\nb', 'a\\u{a}b'],
      ['report', '--role', '\u001b[31m', '\\u{1b}[31m'],
      ['export', '--role', 'a\u0085', 'a\\u{85}'],
    ] as const
  ).map(([command, flag, value, shown]) => ({
    args: [command, flag, value],
    error: `${flag} '${shown}' is not a valid name`,
    hint: 'remove control characters',
  })),
];

usage.push(
  ...['..', 'team/../x', '/loader', 'arn:aws:iam::1:role/x'].map((role) => ({
    args: ['poll', '--role', role],
    error: `--role '${role}' is not a role`,
    hint: 'use a name like loader, team/loader or arn:aws:iam::111122223333:role/loader',
  })),
);

const choices: BadInput[] = (
  [
    ['report', '--format', 'pdf', `${REPORT_FORMAT_NAMES.join(', ')}, or FORMAT=FILE`],
    ['export', '--format', 'sql', 'ndjson, csv, parquet'],
    ['poll', '--format', 'csv', 'text, json'],
    ['poll', '--source', 'vault', `auto, ${SOURCES}`],
    ['report', '--source', 'auto', SOURCES],
    ['report', '--exit-codes', 'sysv', 'default, nagios, systemd, airflow'],
    ['report', '--source', 'vault\u001b', SOURCES],
  ] as const
).map(([command, flag, value, allowed]) => ({
  args: [command, flag, value],
  error: `${flag} '${value.replace('\u001b', '\\u{1b}')}' is unknown`,
  hint: `use one of ${allowed}`,
}));

const file = (name: string, content: string | Buffer) => (folder: string) =>
  writeFileSync(join(folder, name), content);
const UNREADABLE = 'give a log, an export or a folder; - is standard input';

const files: BadInput[] = [
  {
    args: ['import', 'none.log'],
    error: 'could not read none.log: the file does not exist',
    hint: UNREADABLE,
  },
  {
    args: ['import', 'logs'],
    make: (folder) => mkdirSync(join(folder, 'logs')),
    error: 'could not read logs: the folder has no files',
    hint: UNREADABLE,
  },
  { args: ['import', 'a.log'], make: file('a.log', ''), error: 'a.log is empty', hint: LOGS },
  { args: ['import', 'b.log'], make: file('b.log', '\n \r\n\t\n'), error: 'b.log is empty', hint: LOGS },
  { args: ['import', '/dev/null'], error: '/dev/null is empty', hint: LOGS },
  { args: ['import', '-'], error: 'standard input is empty', hint: LOGS },
  {
    args: ['import', 'c.log'],
    make: file('c.log', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 89 + 144) % 256))),
    error: `c.log ${FORMAT}`,
    hint: LOGS,
  },
  {
    args: ['import', 'd.log'],
    make: file('d.log', 'SecretAccessKey: hidden\n'),
    error: `d.log ${FORMAT}`,
    hint: LOGS,
  },
  {
    args: ['import', '--timezone', 'Mars/Olympus', 'x'],
    error: "--timezone 'Mars/Olympus' is not a time zone",
    hint: 'use UTC, local, an offset like -05:00, or a name like America/New_York',
  },
  {
    args: ['import', '--timezone', '+15:00', 'x'],
    error: "--timezone '+15:00' is not a time zone",
    hint: 'use UTC, local, an offset like -05:00, or a name like America/New_York',
  },
];

/** Files that are not usable databases, and the error of every command. */
const unusable: ({ path: string } & Omit<BadInput, 'args'>)[] = [
  {
    path: 'text.db',
    make: file('text.db', 'Dear diary, '.repeat(100)),
    error: '{folder}/text.db is not a database',
    hint: 'nothing was changed; name another file with --db or CRED_WATCH_DB',
  },
  {
    path: 'foreign.db',
    make: (folder) => makeForeign(folder, 'DELETE'),
    error: '{folder}/foreign.db is an SQLite database of another program',
    hint: 'nothing was changed; name another file with --db or CRED_WATCH_DB',
  },
  {
    path: 'newer.db',
    make: (folder) => makeOurs(folder, 'newer.db', 99),
    error: `{folder}/newer.db was written by a newer cred-watch (schema 99, this version supports ${MIGRATIONS.length})`,
    hint: 'nothing was changed; update cred-watch, or name another file with --db',
  },
  {
    path: 'pipe.db',
    make: (folder) => expect(spawnSync('mkfifo', [join(folder, 'pipe.db')]).status).toBe(0),
    isEndless: true,
    error: '{folder}/pipe.db is not a file',
    hint: 'name a database file with --db or CRED_WATCH_DB',
  },
  {
    path: '/dev/null',
    make: () => {},
    error: '/dev/null is not a file',
    hint: 'name a database file with --db or CRED_WATCH_DB',
  },
];

function makeForeign(folder: string, journal: 'DELETE' | 'WAL'): void {
  const database = new Database(join(folder, 'foreign.db'));
  database.pragma(`journal_mode = ${journal}`);
  database.exec("CREATE TABLE accounts (name TEXT); INSERT INTO accounts VALUES ('theirs')");
  database.close();
}

let imported: Buffer | undefined;

/** A database of ours with this schema version. */
function makeOurs(folder: string, name: string, schema: number): void {
  const path = join(folder, name);
  if (imported === undefined) {
    const log = ['import', fixturePath('curl.log'), '--host', 'linux', '--timezone', 'UTC', '--db', path];
    expect(spawnSync(process.execPath, [PROGRAM, ...log]).status).toBe(0);
    imported = readFileSync(path);
  }
  writeFileSync(path, imported);
  const database = new Database(path);
  database.pragma('journal_mode = DELETE');
  database.pragma(`user_version = ${schema}`);
  database.close();
}

/** Every command that opens a database. */
const COMMANDS = [
  ['poll'],
  ['report'],
  ['export'],
  ['prune', '--older-than', '1d'],
  ['import', fixturePath('curl.log'), '--host', 'linux', '--timezone', 'UTC'],
];

const makeFolder = (folder: string): void => mkdirSync(join(folder, 'folder'));

/** A report can be made from a folder of Parquet files. */
const FOLDER_HINT =
  'give a database file, or a folder that `cred-watch push` or `cred-watch export -f parquet` has written';

const databases: BadInput[] = [
  ...COMMANDS.filter(([name]) => name !== 'report' && name !== 'export').map((command) => ({
    args: [...command, '--db', 'folder'],
    make: makeFolder,
    error: '{folder}/folder is not a file',
    hint: 'name a database file with --db or CRED_WATCH_DB',
  })),
  ...[['report'], ['export', '-f', 'parquet', '-o', 'parquet']].map((command) => ({
    args: [...command, '--db', 'folder'],
    make: makeFolder,
    error: 'folder is a folder without Parquet files of cred-watch',
    hint: FOLDER_HINT,
  })),
  {
    args: ['report', '--fleet', '--db', '.'],
    make: (folder) => {
      for (const name of ['a.db', 'b.db']) writeFileSync(join(folder, name), '');
    },
    error: '. is a folder without Parquet files of cred-watch',
    hint:
      'the folder has 2 database files: give one of them, or join them in one database with ' +
      '`cred-watch export --db FILE | cred-watch import - --db all.db` for each file',
  },
  {
    args: ['import', 'my hosts.db', '--db', 'all.db'],
    make: (folder) => void new Database(join(folder, 'my hosts.db')).exec('CREATE TABLE t (a)').close(),
    error: 'my hosts.db is a database, and import reads logs and exports',
    hint: "copy its samples with `cred-watch export --db 'my hosts.db' | cred-watch import - --db all.db`",
  },
  {
    args: ['export', '--db', 'folder'],
    make: makeFolder,
    error: 'folder is a folder: Parquet files have no samples and only masked key ids',
    hint: 'export from the database files of the hosts, or with -f parquet',
  },
  ...unusable.flatMap(({ path, ...rest }) =>
    COMMANDS.map((command) => ({ args: [...command, '--db', path], ...rest })),
  ),
  ...[['poll'], ['import', fixturePath('curl.log'), '--host', 'linux', '--timezone', 'UTC']].map(
    (command) => ({
      args: [...command, '--db', 'blank.db '],
      error: "the database path 'blank.db ' begins or ends with a space",
      hint: 'choose another path',
    }),
  ),
  ...[['poll'], ['import', fixturePath('curl.log'), '--host', 'linux', '--timezone', 'UTC']].map(
    (command): BadInput => ({
      // A recursive mkdir of Node never returns for this path.
      args: [...command, '--db', '/proc/none/folder/samples.db'],
      error: 'could not use /proc/none/folder/samples.db: the file or its folder does not exist',
      hint: 'name another file with --db or CRED_WATCH_DB',
      isEndless: true,
    }),
  ),
  {
    args: ['poll', '--db', 'text/samples.db'],
    make: file('text', 'not a folder'),
    error: 'could not use {folder}/text/samples.db: a folder in its path is a file',
    hint: 'name another file with --db or CRED_WATCH_DB',
  },
  ...[['export'], ['prune', '--older-than', '1d']].map((command) => ({
    args: [...command, '--db', 'none.db'],
    error: 'none.db does not exist',
    hint: 'correct --db, or record samples in this file with `cred-watch poll`',
  })),
  ...[['export'], ['prune', '--older-than', '1d']].map((command) => ({
    args: [...command, '--db', 'empty.db'],
    make: file('empty.db', ''),
    error: 'empty.db is empty (0 bytes)',
    hint: 'give the database with --db, or run `cred-watch poll`',
  })),
  {
    args: ['report'],
    env: { CRED_WATCH_DB: '.' },
    error: '. is a folder without Parquet files of cred-watch',
    hint: FOLDER_HINT,
  },
];

const outputs: BadInput[] = [
  {
    args: ['report', '--db', 'ours.db', '-o', ''],
    error: "--output '' is not a file name",
    hint: 'give the path of a file',
  },
  {
    args: ['report', '--db', 'ours.db', '-o', 'none/report.txt'],
    error: 'could not write none/report.txt: the folder does not exist',
    hint: 'create the folder, or give another file, or - for stdout',
  },
  {
    args: ['export', '--db', 'ours.db', '-o', '.'],
    error: 'could not write .: this is a folder',
    hint: 'give another file, or - for stdout',
  },
].map((each) => ({ ...each, make: (folder: string) => makeOurs(folder, 'ours.db', MIGRATIONS.length) }));

const intervals: BadInput[] = [
  {
    args: ['poll', '--interval', '9s'],
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://192.0.2.1' },
    error: '--interval 9s is too short for http://192.0.2.1, which other programs also use',
    hint: 'use 10s or more; only loopback addresses may be polled more often',
  },
  {
    args: ['poll', '--interval', '1s'],
    env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/abc' },
    error: '--interval 1s is too short for http://169.254.170.2, which other programs also use',
    hint: 'use 10s or more; only loopback addresses may be polled more often',
  },
];

const hosts: BadInput[] = [
  {
    args: ['poll'],
    env: { CRED_WATCH_HOST: 'db\nloader' },
    error: "CRED_WATCH_HOST 'db\\u{a}loader' is not a valid name",
    hint: 'remove control characters',
  },
  {
    args: ['poll'],
    env: { CRED_WATCH_HOST: LONG_NAME },
    error: `CRED_WATCH_HOST '${LONG_NAME}' is not a valid name`,
    hint: 'use 1 to 256 characters',
  },
];

/** The command line with the variables that matter. */
const titled = <T extends { args?: string[]; env?: Record<string, string> }>(rows: readonly T[]) =>
  rows.map((row): [string, T] => {
    const settings = Object.entries(row.env ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const args = (row.args ?? ['poll']).map((arg) => (/^[\w./-]+$/.test(arg) ? arg : JSON.stringify(arg)));
    return [[...settings, 'cred-watch', ...args].join(' '), row];
  });

describe.each([
  ['usage', usage],
  ['a duration', [...badDurations, ...otherDurations]],
  ['a confidence', confidences],
  ['a time', times],
  ['a name', [...names, ...hosts]],
  ['a choice', choices],
  ['a file', files],
  ['a database', databases],
  ['an output', outputs],
  ['a polling interval', intervals],
] as const)('%s', (_, rows) => {
  test.concurrent.for(sampleCases(titled(rows), 4))(
    '`%s` is rejected and changes nothing',
    async ([, row], context) => {
      const { args, env, make, error, hint, isEndless = false } = row;
      const folder = temporaryFolder(context.onTestFinished);
      make?.(folder);
      const before = readFolder(folder);
      const isBuilt = row === (isThorough ? rows[0] : usage[0]) || isEndless;
      const run = await (isBuilt ? runProgram : runCommand)(args, {
        cwd: folder,
        env: { XDG_STATE_HOME: folder, ...env },
        stdin: '',
      });
      const stderr = `error: ${error.replaceAll('{folder}', folder)}\nhint: ${hint}\n`;
      context.expect(run).toEqual({ code: 2, signal: null, stdout: '', stderr });
      context.expect(readFolder(folder)).toEqual(before);
    },
  );
});

test('a call without a command is wrong usage and prints the short help', async () => {
  const help = await runProgram(['-h']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  const stderr = `error: no command was given\nhint: run \`cred-watch init\`, which says what to do next\n\n${help.stdout.trimEnd()}\n`;
  expect(await runProgram([])).toEqual({ code: 2, signal: null, stdout: '', stderr });
});

// SQLite creates -wal and -shm files even if it opens a database in WAL mode for reading.
test('a report does not change a WAL database of another program', async () => {
  const folder = temporaryFolder();
  makeForeign(folder, 'WAL');
  const before = readFolder(folder);
  await runCommand(['report', '--db', join(folder, 'foreign.db')]);
  expect(readFolder(folder)).toEqual(before);
});

/** The environment names no valid endpoint, so a failed poll is recorded. */
const environments: { env: Record<string, string>; error: string; hint: string; note?: string }[] = [
  ...[
    'nonsense',
    'ftp://127.0.0.1',
    'http://user:password@127.0.0.1',
    'http://127.0.0.1/?x',
    '169.254.169.254',
  ].map((value) => ({
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: value },
    error:
      'invalid-configuration: the configuration is invalid (AWS_EC2_METADATA_SERVICE_ENDPOINT is not an http or https URL without user, query and fragment)',
    hint: 'correct or unset AWS_EC2_METADATA_SERVICE_ENDPOINT',
  })),
  {
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: ' ', AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'ipv5' },
    note: 'AWS_EC2_METADATA_SERVICE_ENDPOINT is set to an empty value; some SDKs use the empty value and fail',
    error:
      'invalid-configuration: the configuration is invalid (AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is neither IPv4 nor IPv6)',
    hint: 'correct or unset AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  },
  {
    env: { AWS_EC2_METADATA_DISABLED: 'TRUE' },
    error: 'disabled: IMDS is disabled (AWS_EC2_METADATA_DISABLED is true)',
    hint: 'unset AWS_EC2_METADATA_DISABLED, or select another source with --source',
  },
  {
    env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://192.0.2.1/creds' },
    error:
      'host-not-allowed: the container endpoint is on a host that SDKs do not accept (AWS_CONTAINER_CREDENTIALS_FULL_URI is a plain http URL with a host that is neither loopback nor an AWS agent)',
    hint: 'use https, a loopback address, or the address of the ECS or EKS agent',
  },
  {
    env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: '/creds' },
    error:
      'invalid-configuration: the configuration is invalid (AWS_CONTAINER_CREDENTIALS_FULL_URI is not an absolute http or https URL)',
    hint: 'correct or unset AWS_CONTAINER_CREDENTIALS_FULL_URI',
  },
  ...['creds', '.example.com/', '@192.0.2.1/'].map((value) => ({
    env: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: value },
    error:
      'invalid-configuration: the configuration is invalid (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash)',
    hint: 'correct or unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  })),
  ...(
    [
      ['/nonexistent/token', 'ENOENT'],
      ['/', 'not a regular file'],
      ['/dev/zero', 'not a regular file'],
    ] as const
  ).map(([path, why]) => ({
    env: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/creds',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path,
    },
    error: `auth-token-unreadable: could not read the authorization token, so no request was sent (could not read the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: ${why})`,
    hint: 'check that the token file exists and is readable by this user',
  })),
  {
    env: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/creds',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'one\ntwo',
    },
    error:
      'auth-token-invalid: the authorization token has characters that are not allowed in a header (the token of AWS_CONTAINER_AUTHORIZATION_TOKEN contains characters that are not allowed in a header)',
    hint: 'write the token again, without line breaks inside',
  },
  {
    env: { AWS_METADATA_SERVICE_TIMEOUT: '-3' },
    note: 'AWS_METADATA_SERVICE_TIMEOUT has an invalid value, which was ignored',
    error: 'unreachable: could not connect to the endpoint (ECONNREFUSED at 127.0.0.1:1)',
    hint: 'check that the server at this address, for example `cred-watch simulate`, has started and listens, or unset AWS_EC2_METADATA_SERVICE_ENDPOINT',
  },
];

test.concurrent.for(sampleCases(titled(environments), 5))(
  '`%s` fails, says what to do and is recorded',
  async ([, row], context) => {
    const { env, error, hint, note } = row;
    const isEndless = Object.values(env).includes('/dev/zero');
    const folder = temporaryFolder(context.onTestFinished);
    const db = join(folder, 'samples.db');
    const run = await (row === environments[0] || isEndless ? runProgram : runCommand)(['poll'], {
      env: { CRED_WATCH_DB: db, ...env },
    });
    const stderr = `${note === undefined ? '' : `note: ${note}\n`}error: ${error}\nhint: ${hint}\n`;
    context.expect(run).toEqual({ code: 1, signal: null, stdout: '', stderr });
    const database = new Database(db, { readonly: true });
    context
      .expect(database.prepare('SELECT reason FROM failed_polls').pluck().all())
      .toEqual([error.split(':')[0]]);
    database.close();
  },
);

describe('the exit code', () => {
  test.each(['airflow', 'nagios', 'systemd'])('of exec with --exit-codes %s is 125', async (style) => {
    const run = await runCommand(['exec', '--exit-codes', style, '-j', '1h', '--', 'true']);
    expect(run).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/^error: unknown option '--exit-codes'/),
    });
  });

  const outcomes = [
    { what: 'safe', code: 0, nagios: 0, systemd: 0, args: ['report', '-j', '1h'] },
    { what: 'not safe', code: 1, nagios: 2, systemd: 1, args: ['report', '-j', '7h'] },
    { what: 'wrong usage', code: 2, nagios: 3, systemd: 255, args: ['report', '-j', '7x'] },
    { what: 'an unknown flag', code: 2, nagios: 3, systemd: 255, args: ['report', '--jab'] },
    {
      what: 'unknown',
      code: 3,
      nagios: 3,
      systemd: 255,
      args: ['report', '-j', '1h', '--confidence', '99%'],
    },
    { what: 'a failed poll', code: 1, nagios: 2, systemd: 1, args: ['poll'] },
  ];
  test.concurrent.for(sampleCases(outcomes, 6))(
    'for $what is encoded for nagios and systemd',
    async (outcome, { expect, onTestFinished }) => {
      const folder = temporaryFolder(onTestFinished);
      makeOurs(folder, 'samples.db', MIGRATIONS.length);
      const options = { env: { CRED_WATCH_DB: join(folder, 'samples.db') } };
      const codes = async (...args: string[]) => (await runCommand(args, options)).code;
      expect(await runProgram(outcome.args, options)).toMatchObject({ code: outcome.code, signal: null });
      expect(await codes(...outcome.args, '--exit-codes', 'nagios')).toBe(outcome.nagios);
      expect(await codes(...outcome.args, '--exit-codes=systemd')).toBe(outcome.systemd);
      expect(await codes(outcome.args[0]!, '--exit-codes', 'nagios', ...outcome.args.slice(1))).toBe(
        outcome.nagios,
      );
    },
  );
});
