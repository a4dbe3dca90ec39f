import { Option } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { CredWatchError } from '../../errors.ts';
import { assertOneServer } from '../../remote/metrics/authorization.ts';
import { formatPushJson, formatPushLine, type PushReport } from '../../report/push-result.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { addJudgingFlags } from '../flags/judging-flags.ts';
import { createDatabaseFlag, createFormatFlag, type TextOrJson } from '../flags/shared-flags.ts';
import { parseName, parsePositiveDuration, parseRepeated } from '../flags/value-parsers.ts';
import { openExistingStore } from '../process/existing-store.ts';
import type { Io } from '../process/io.ts';
import { printText } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';
import { createProgress } from '../process/progress.ts';
import {
  type DestinationFlags,
  type DestinationTarget,
  listMetricsUrls,
  parseDestination,
} from '../push/destination-target.ts';
import { FLAGS_OF_KINDS } from '../push/destinations.ts';
import { runPush } from '../push/run-push.ts';
import { parseTag } from '../push/tags.ts';

const DEFAULT_TIMEOUT: Seconds = 60;

const DATABASES_HINT = 'give the database file with --db, and the PostgreSQL database with --to';

interface PushFlags extends DestinationFlags {
  to: readonly DestinationTarget[];
  db?: string;
  format: TextOrJson;
  retryRejected?: boolean;
  migrate?: boolean;
  monthly?: boolean;
  retain?: Seconds;
  forgetHost?: readonly string[];
  print?: boolean;
}

export const pushCommand: CommandDefinition = {
  name: 'push',
  group: 'Samples',
  summary: 'send the history to PostgreSQL, S3 or a metrics engine',
  description: 'send the history to PostgreSQL, object storage or a metrics engine',
  declare: (command) =>
    addJudgingFlags(
      command
        .requiredOption(
          '--to <destination>',
          'postgres://HOST/DATABASE, s3://BUCKET/PREFIX, prometheus=URL, or a folder; may be repeated',
          parseRepeated(parseDestination),
        )
        .addOption(
          new Option('--timeout <duration>', 'how long to retry while a destination is not available')
            .argParser(parsePositiveDuration)
            .default(DEFAULT_TIMEOUT, formatFlagDuration(DEFAULT_TIMEOUT)),
        )
        .option('--retry-rejected', 'send again the items that a destination has rejected')
        .addOption(createDatabaseFlag(DATABASES_HINT))
        .addOption(createFormatFlag())
        .option(
          '--tag <name=value>',
          'PostgreSQL: tag of the hosts, for `report --group-by`; may be repeated, and replaces earlier tags',
          parseRepeated(parseTag),
        )
        .option('--migrate', 'PostgreSQL: create or migrate the tables, and push nothing')
        .option('--monthly', 'with --migrate: divide the table of generations by month')
        .option(
          '--retain <duration>',
          'with --migrate: delete rows of credentials that were last seen longer ago, for example 400d',
        )
        .option(
          '--forget-host <name>',
          'with --migrate: delete all rows of a host that no longer exists; may be repeated',
          parseRepeated(parseName),
        )
        .option('--print', 'with --migrate: print the SQL, and do not connect')
        .option('--endpoint-url <url>', 'S3: endpoint of a compatible service')
        .option(
          '--since <time>',
          'metrics: send samples from this time on, for example 7d, including those that were sent before',
        ),
    ),
  help: {
    commonFlags: ['--to', '--tag', '--migrate', '--job-duration', '--db', '--format'],
    notes: [
      'Each push sends only what has changed. Nothing is lost while a destination is down.',
      'Only metrics (prometheus=URL) need -j and the flags after it, which judge jobs.',
      'Passwords come from the environment or a file, never from the URL: see docs/postgresql.md and docs/metrics.md.',
    ],
    exitCodes: [
      ['0', 'everything was sent'],
      ['1', 'not everything was sent yet, or a destination has rejected something'],
      WRONG_USAGE,
    ],
    examples: [
      ['cred-watch push --to postgres://db/fleet --migrate', 'create the tables'],
      ['cred-watch push --to postgres://db.example.com/fleet --tag team=loaders'],
      ['cred-watch push --to s3://bucket/cred-watch'],
      ['cred-watch push --to prometheus=http://127.0.0.1:8429 -j 5h'],
    ],
  },
  async run(flags: PushFlags, invocation) {
    validate(flags, invocation);
    const { io } = invocation;
    if (flags.migrate) return migrateAll(flags, io);
    assertOneServer(listMetricsUrls(flags.to), io.env);
    using store = await openForPush(flags.db, io);
    const signal = io.createStopSignal();
    const reports: PushReport[] = [];
    for (const target of flags.to) {
      using progress = createProgress(io);
      const report = await runPush(
        target,
        store,
        {
          flags,
          retryRejected: flags.retryRejected ?? false,
          signal,
          onProgress: (sent) => progress.show(`${formatCount(sent, 'item')} sent`),
        },
        io,
      );
      progress.clear();
      reports.push(report);
      await printReport(report, flags.format, io);
    }
    if (flags.format === 'json') await io.stdout.write(`${formatPushJson(reports)}\n`);
    return toExitCode(reports);
  },
};

/** A destination that failed needs a change. The others are only late. */
function toExitCode(reports: readonly PushReport[]): number {
  if (reports.some(({ status }) => status === 'failed')) return EXIT.usage;
  return reports.every(({ status }) => status === 'complete') ? EXIT.ok : EXIT.failed;
}

async function printReport(report: PushReport, format: TextOrJson, io: Io): Promise<void> {
  if (format === 'text' && report.status !== 'failed') await printText(io, `${formatPushLine(report)}\n`);
  for (const { item, reason } of report.rejected) {
    const hint = 'it stays in the database; after a change of the destination, use --retry-rejected';
    await printNote(io, `${report.destination} has rejected ${item}: ${reason}`, hint);
  }
  if (report.error !== null) await printError(io, report.error.message, report.error.hint);
}

/** Opening for writing would create a missing database. */
async function openForPush(db: string | undefined, io: Io): Promise<SampleStore> {
  const path = resolveDatabaseFile(db, io, DATABASES_HINT);
  (await openExistingStore(path, io)).close();
  const { SampleStore } = await import('../../store/sample-store.ts');
  return SampleStore.open(path);
}

async function migrateAll(flags: PushFlags, io: Io): Promise<number> {
  const { migrateDatabase } = await import('../push/migrate.ts');
  for (const target of flags.to) if (target.kind === 'postgres') await migrateDatabase(target.url, flags, io);
  return EXIT.ok;
}

function validate({ to, migrate = false, print = false }: PushFlags, invocation: Invocation): void {
  for (const [flag, { kind, example }] of Object.entries(FLAGS_OF_KINDS)) {
    if (to.some((target) => target.kind === kind)) continue;
    rejectFlags(invocation, [flag], `needs ${example}`, `add ${example}, or remove ${flag}`);
  }
  if (!migrate) {
    const hint = 'add --migrate, or remove the flag';
    rejectFlags(invocation, ['--monthly', '--retain', '--forget-host', '--print'], 'needs --migrate', hint);
    return;
  }
  if (to.some(({ kind }) => kind !== 'postgres'))
    throw new CredWatchError(
      '--migrate supports only PostgreSQL',
      'give only postgres:// destinations with --to',
    );
  const hint = 'run a second command without --migrate to push';
  rejectFlags(
    invocation,
    ['--tag', '--retry-rejected', '--db', '--format'],
    'and --migrate cannot be combined',
    hint,
  );
  if (print)
    rejectFlags(
      invocation,
      ['--retain', '--forget-host'],
      'and --print cannot be combined',
      'remove one of them',
    );
}
