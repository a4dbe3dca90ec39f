import { closeSync, openSync, readSync } from 'node:fs';
import type { Instant } from '../../domain/model.ts';
import { findLifetimeWarnings } from '../../domain/sdk-refresh/lifetime-warnings.ts';
import type { TrafficSummary } from '../../domain/simulation-traffic.ts';
import { describeFirstFailure } from '../../report/messages/serving/first-failures.ts';
import { describeShortLifetime } from '../../report/messages/serving/refreshes.ts';
import { describeRemoteAddress } from '../../report/messages/serving/status.ts';
import { formatStartedJson, formatStartedText } from '../../report/serving/started.ts';
import { formatSummaryJson, formatSummaryText, type RefreshCounts } from '../../report/serving/summary.ts';
import type { Shape } from '../../server/endpoint-request.ts';
import type { ServingAddress } from '../../server/serving/serving.ts';
import type { CredentialSource } from '../../sources/source.ts';
import { findDefaultDatabasePath } from '../../store/database-path.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import { printExposedFiles } from '../process/exposed-files.ts';
import { type Io, printShellText, supportsUnicode } from '../process/io.ts';
import { printError, printNote, printWarning } from '../process/messages.ts';
import { isOwnServer } from './health/running-server.ts';
import { findRemoteOrigin } from './listen-targets.ts';
import type { ServeFlags } from './serve-flags.ts';
import { getAwsNow, type SourceRole } from './source-role.ts';
import type { StartedServing } from './start-server.ts';

export interface FirstPoll {
  role: SourceRole;
  source: CredentialSource;
  recorded: RecordedPoll;
}

/** Prints why first polls failed, of all roles. Returns true if all have worked. */
export async function printFirstFailures(
  polls: readonly FirstPoll[],
  isNamed: boolean,
  startedAt: Instant,
  io: Io,
): Promise<boolean> {
  let isComplete = true;
  for (const { role, source, recorded } of polls) {
    const { outcome } = recorded;
    if (outcome.ok) continue;
    isComplete = false;
    const url = source.endpoint?.url ?? null;
    const isOwn = url !== null && (await isOwnServer(url, { pid: io.pid, startedAt }));
    const { message, hint } = describeFirstFailure({
      ...{ name: role.name, isNamed, source: source.name, failure: outcome },
      ownUrl: isOwn ? url : null,
    });
    await printError(io, message, hint);
  }
  return isComplete;
}

export interface ServerStart {
  flags: ServeFlags;
  shapes: readonly Shape[];
  listen: readonly ServingAddress[];
  roles: readonly SourceRole[];
  serving: StartedServing;
  startedAt: Instant;
}

/** Prints what is served, and the variables for clients. Warns about what clients may not expect. */
export async function printStart(start: ServerStart, io: Io): Promise<void> {
  const { flags, listen, roles, serving, startedAt } = start;
  const { origins, environments, clientFolder } = serving;
  const started = {
    startedAt,
    now: getAwsNow(roles, io),
    roles: roles.map((role) => role.getFacts()),
    listening: origins.map((origin, index) => ({ origin, role: listen[index]?.role ?? null })),
    environments: (await clientFolder?.store(environments)) ?? environments,
  };
  if (flags.format === 'json') await io.stdout.write(`${formatStartedJson(started)}\n`);
  else await printShellText(io, formatStartedText(started));
  await printWarnings(start, io);
}

async function printWarnings({ flags, shapes, listen, roles, serving }: ServerStart, io: Io): Promise<void> {
  if (flags.user === undefined && io.isRoot)
    await printNote(
      io,
      'the server runs as root',
      'add --user NAME, or use the unit of docs/serve-service.md',
    );
  for (const { name } of roles)
    if (!listen.some(({ role }) => role === null || role === name))
      await printWarning(
        io,
        `no address serves ${name}: each address serves another role only`,
        `add --listen ${name}=ADDRESS`,
      );
  const remote = findRemoteOrigin(serving.origins);
  if (remote !== undefined) {
    const { message, hint } = describeRemoteAddress(remote);
    await printWarning(io, message, hint);
  }
  if (shapes.includes('imds') && serving.region === null)
    await printNote(
      io,
      'the region is unknown: clients that read it from the metadata get none',
      'add --region, set AWS_REGION, or set the region in the profile',
    );
  const endpoints = [
    ...(shapes.includes('imds') ? (['imds'] as const) : []),
    ...(shapes.some((shape) => shape !== 'imds') ? (['container'] as const) : []),
  ];
  for (const role of roles) {
    if (role.getFacts().source === 'environment')
      await printNote(
        io,
        `the keys of ${role.name} are in environment variables and cannot be refreshed: they are served until they expire`,
        'serve another source, for example --profile or --source imds',
      );
    const lifetime = role.getLifetime();
    if (lifetime === null) continue;
    const warnings = findLifetimeWarnings(lifetime, endpoints);
    if (warnings.length === 0) continue;
    const { message, hint } = describeShortLifetime(role.getFacts(), lifetime, warnings);
    await printWarning(io, message, hint);
  }
  const isNamedByPath =
    roles.length > 1 &&
    serving.environments.some(({ shape, variables }) => shape === 'imds' && isPath(variables));
  if (isNamedByPath)
    await printNote(
      io,
      `the SDKs for JavaScript, Go and Ruby ignore the path of AWS_EC2_METADATA_SERVICE_ENDPOINT, and get ${flags.defaultRole === undefined ? 'no credentials' : `the credentials of ${flags.defaultRole}`}`,
      'give each role an address of its own: --listen NAME=ADDRESS',
    );
}

const isPath = ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url = 'http://x/' }: Readonly<Record<string, string>>) =>
  new URL(url).pathname !== '/';

export async function printSummary(
  traffic: TrafficSummary,
  counts: RefreshCounts,
  format: TextOrJson,
  io: Io,
): Promise<void> {
  if (format === 'json') return io.stdout.write(`${formatSummaryJson(traffic, counts)}\n`);
  await printShellText(io, `\n${await formatSummaryText(traffic, counts, !supportsUnicode(io.env))}`);
}

/** Prints nothing for a database that cannot be used: the reason was printed when it was opened. */
export async function printExposedDatabase({ db }: Pick<ServeFlags, 'db'>, io: Io): Promise<void> {
  const path = db ?? (io.env.CRED_WATCH_DB || findDefaultDatabasePath(io));
  // The file can be another one, given by mistake.
  if (path !== null && isDatabase(path)) await printExposedFiles(path, io);
}

/** The beginning of every SQLite file. */
const SQLITE = 'SQLite format 3\0';

function isDatabase(path: string): boolean {
  try {
    const file = openSync(path, 'r');
    try {
      const start = Buffer.alloc(SQLITE.length);
      readSync(file, start);
      return start.toString('latin1') === SQLITE;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
