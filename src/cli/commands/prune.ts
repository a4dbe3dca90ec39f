import { Option } from 'commander';
import { type Seconds, SOURCE_NAMES } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { formatCount, formatNumber, formatSeriesName } from '../../report/text/format-values.ts';
import { quoteForShell } from '../../untrusted-text.ts';
import { type CommandDefinition, type Invocation, rejectFlags } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { assertNamedFileExists } from '../database/missing-database.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';
import { formatNames } from '../flags/selection-flags.ts';
import { createDatabaseFlag } from '../flags/shared-flags.ts';
import { parseDurationFlag } from '../flags/value-parsers.ts';
import { addRequirement } from '../manual/command-help.ts';
import { openExistingStore } from '../process/existing-store.ts';
import { type Io, printText } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { SeriesSelection } from '../prune/remove-series.ts';

interface PruneFlags extends SeriesSelection {
  olderThan?: Seconds;
  removeSeries?: true;
  dryRun?: true;
  yes?: true;
  db?: string;
}

const SELECTION = ['--host', '--source', '--role'];

export const pruneCommand: CommandDefinition = {
  name: 'prune',
  group: 'Samples',
  summary: 'delete old samples, or remove a series',
  description: 'delete old samples (reports stay the same), or remove a whole series',
  declare: (command) =>
    command
      .addOption(
        addRequirement(
          new Option('--older-than <duration>', 'delete samples that are older than this').argParser(
            parseDurationFlag,
          ),
          'unless --remove-series is given',
        ),
      )
      .option('--remove-series', 'remove the selected series with its failed polls from all reports')
      .option('--host <name>', 'with --remove-series: only this host')
      .addOption(
        new Option('--source <name>', 'with --remove-series: only this source').choices(SOURCE_NAMES),
      )
      .option('--role <name>', 'with --remove-series: only this role')
      .option('--yes', 'with --remove-series: remove without a question')
      .option('--dry-run', 'only print what would be deleted')
      .addOption(createDatabaseFlag()),
  help: {
    exitCodes: DONE,
    examples: [
      ['cred-watch prune --older-than 90d --dry-run', 'count the samples'],
      ['cred-watch prune --older-than 90d', 'delete them'],
      ['cred-watch prune --remove-series --host vm', 'remove all series of a host'],
    ],
  },
  async run(flags: PruneFlags, invocation) {
    const { io } = invocation;
    validate(flags, invocation);
    const { olderThan, removeSeries, dryRun = false, yes = false, db, host, source, role } = flags;
    const path = resolveDatabaseFile(db, io);
    assertNamedFileExists(db, path, io);
    // Opening for writing would create a missing database.
    (await openExistingStore(path, io)).close();
    if (removeSeries) {
      const removal = await import('../prune/remove-series.ts');
      const selection = Object.fromEntries(
        Object.entries({ host, source, role }).filter(([, value]) => value !== undefined),
      );
      return removal.removeSeries(path, selection, { yes, dryRun }, io);
    }
    await pruneSamples(path, olderThan ?? 0, dryRun, io);
    await noteUnsampledSeries(path, io);
    return EXIT.ok;
  },
};

/** @throws CredWatchError */
function validate({ olderThan, removeSeries }: PruneFlags, invocation: Invocation): void {
  const { command } = invocation;
  if (!removeSeries) {
    if (olderThan === undefined)
      throw new CredWatchError(
        'prune needs --older-than <duration> or --remove-series',
        'for example `cred-watch prune --older-than 90d --dry-run`',
      );
    rejectFlags(
      invocation,
      [...SELECTION, '--yes'],
      'needs --remove-series',
      'remove the flag: old samples of all series are deleted',
    );
    return;
  }
  rejectFlags(
    invocation,
    ['--older-than'],
    'and --remove-series cannot be combined',
    'remove one of the flags',
  );
  if (SELECTION.some((flag) => command.getOptionValue(flag.slice(2)) !== undefined)) return;
  throw new CredWatchError(
    '--remove-series needs --host, --source or --role',
    'for example `cred-watch prune --remove-series --host vm --source profile --dry-run`',
  );
}

async function pruneSamples(path: string, olderThan: Seconds, dryRun: boolean, io: Io): Promise<void> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  using store = SampleStore.open(path);
  const { deleted, deletedKeyUses } = store.prune(io.clock.now() - olderThan * 1000, { dryRun });
  const verb = dryRun ? 'would be deleted' : 'deleted';
  const uses = deletedKeyUses === 0 ? '' : ` and ${formatCount(deletedKeyUses, 'record')} of served keys`;
  await printText(io, `${formatCount(deleted, 'sample')}${uses} ${verb}\n`);
}

/** `--older-than` never removes them. */
async function noteUnsampledSeries(path: string, io: Io): Promise<void> {
  const { findUnsampledSeries } = await import('../prune/remove-series.ts');
  const kept = await findUnsampledSeries(path);
  const [first] = kept;
  if (first === undefined) return;
  const names = formatNames(kept.map((identity) => formatSeriesName(identity)));
  await printNote(
    io,
    `reports still show ${formatNumber(kept.length)} series without samples: ${names}`,
    `to remove a series, run \`cred-watch prune --remove-series --host ${quoteForShell(first.host)} --source ${first.source}\``,
  );
}
