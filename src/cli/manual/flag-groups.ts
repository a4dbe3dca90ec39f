import type { Command, Option } from 'commander';

/** Flags under one heading of the help. */
export interface FlagGroup {
  heading: string;
  options: readonly Option[];
}

/** The group of the flags that every command has. */
export const GLOBAL_GROUP = 'Global options';

/** The group of flags without an entry. A test reports them. */
export const OTHER_GROUP = 'Other options';

/** The groups, in the order of help and man page. A flag may begin with the name of a command, which has priority. */
const GROUPS: readonly (readonly [heading: string, flags: readonly string[]])[] = [
  [
    'Installation',
    ['--write', '--remove', '--yes', 'init --dry-run', '--check', '--schedule', 'init --every'],
  ],
  ['Polling', ['--interval', '--for', '--targets', '--extended-api', '--on-change']],
  ['Job', ['--job-duration', '--job', '--margin', '--wait', '--offline', '--judge', '--presign']],
  ['Running job', ['--pid', '--watch', '--warn-before']],
  ['Evidence', ['--max-age', '--confidence', '--min-watched']],
  ['Fleet', ['--fleet', '--group-by']],
  [
    'Samples',
    ['report --host', 'report --source', 'report --role', '--since', '--until', '--retired', '--top'],
  ],
  ['Samples', ['status --host', 'status --source', 'status --role']],
  ['Samples', ['export --host', 'export --source', 'export --role', '--older-than', '--dry-run']],
  ['Samples', ['--remove-series', 'prune --host', 'prune --source', 'prune --role', 'prune --yes']],
  ['Logs', ['import --host', 'import --role', 'import --timezone', '--at', '--strict', 'import --dry-run']],
  ['Roles', ['--serve', '--default-role']],
  ['Credentials', ['--source', '--profile', '--process', '--role', '--expires', 'sources --pid']],
  ['Credentials', ['--lifetime', '--rotate-every', '--overlap', '--jitter', '--seed']],
  ['Assumed role', ['--role-arn', '--session-name', '--external-id', '--duration', '--sts-endpoint']],
  ['Command', ['--refresh', 'exec --watch', 'exec --warn-before', 'exec --legacy-token']],
  ['Refresh', ['--refresh-before', '--idle']],
  ['Endpoint', ['--shape', '--imds', '--allow-v1', '--tree', '--region', '--authorization-lifetime']],
  ['Endpoint', ['--variant', '--token', '--token-file', 'conform --role']],
  ['Checks', ['conform --watch', 'conform --strict', '--expect', '--verify', 'sources --sts-endpoint']],
  ['Faults', ['--fault', '--scenario']],
  ['Server', ['--listen', '--allow-remote', '--allow-host', '--refresh-interval']],
  ['Server', ['--unix-socket', '--unix-socket-mode', '--user', 'simulate --for', 'serve --for']],
  ['Client files', ['--client-files', '--client-files-mode']],
  [
    'Instead of serving',
    ['--history', 'simulate --every', 'simulate --until', 'simulate --host', 'simulate --output'],
  ],
  ['Instead of serving', ['--setup-check', '--setup', '--setup-undo', '--setup-firewall', '--setup-bridge']],
  ['Instead of serving', ['--who', '--valid']],
  [
    'Destination',
    ['--to', '--push', '--timeout', '--retry-rejected', '--tag', '--endpoint-url', 'push --since'],
  ],
  ['Tables of PostgreSQL', ['--migrate', '--monthly', '--retain', '--forget-host', '--print']],
  ['Database', ['--db', '--host']],
  [
    'Output',
    ['--format', '--output', '--clause', '--legacy-token', '--namespace', '--ascii', '--timezone', '--tty'],
  ],
  ['Output', ['--log', '--no-log', '--exit-codes']],
  [OTHER_GROUP, []],
  [GLOBAL_GROUP, ['--debug', '--version', '--help']],
];

const HEADINGS = [...new Set(GROUPS.map(([heading]) => heading))];

const HEADING_OF_FLAGS: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([heading, flags]) => flags.map((flag) => [flag, heading] as const)),
);

function findHeading(command: Command, { long }: Option): string {
  const own = HEADING_OF_FLAGS.get(`${command.name()} ${long}`);
  return own ?? HEADING_OF_FLAGS.get(long ?? '') ?? OTHER_GROUP;
}

/** A flag that says nothing about the command. */
export const isGlobalFlag = ({ long }: Option): boolean =>
  HEADING_OF_FLAGS.get(long ?? '') === GLOBAL_GROUP || long === '--exit-codes';

/** All flags of a command in groups. Flags of a group keep the order in which they were declared. */
export function groupFlags(command: Command): FlagGroup[] {
  const helper = command.createHelp();
  const own = helper.visibleOptions(command);
  const global = command.parent === null ? [] : helper.visibleGlobalOptions(command);
  const options = [...own, ...global];
  return HEADINGS.map((heading) => ({
    heading,
    options: options.filter((option) => findHeading(command, option) === heading),
  })).filter((group) => group.options.length > 0);
}
