import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { formatCount } from '../../report/text/format-values.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag, createExitCodesFlag } from '../flags/shared-flags.ts';
import { parseDurationFlag } from '../flags/value-parsers.ts';
import { addHelp, DONE } from '../manual/command-help.ts';
import type { Io } from '../process/io.ts';

interface PruneFlags {
  olderThan: Seconds;
  dryRun?: boolean;
  db?: string;
}

export const pruneCommand: CommandDefinition = {
  name: 'prune',
  declare(program, perform) {
    const command = program
      .command('prune')
      .helpGroup('Samples:')
      .description('delete old samples; reports do not change, because generations are kept')
      .requiredOption('--older-than <duration>', 'delete samples that are older than this', parseDurationFlag)
      .option('--dry-run', 'only print how many samples would be deleted')
      .addOption(createDatabaseFlag())
      .addOption(createExitCodesFlag())
      .action((flags: PruneFlags) => perform(({ io }) => runPrune(flags, io)));
    addHelp(command, () => ({
      exitCodes: DONE,
      examples: [
        ['cred-watch prune --older-than 90d --dry-run', 'count the samples'],
        ['cred-watch prune --older-than 90d', 'delete them'],
      ],
    }));
  },
};

async function runPrune({ olderThan, dryRun = false, db }: PruneFlags, io: Io): Promise<number> {
  const path = resolveDatabasePath(db, io);
  const { SampleStore } = await import('../../store/sample-store.ts');
  // Opening for writing would create a missing database.
  const existing = SampleStore.openReadOnly(path);
  if (existing === null) {
    throw new CredWatchError(
      `${path} does not exist`,
      'give the database with --db, or run `cred-watch poll`',
    );
  }
  existing.close();
  const store = SampleStore.open(path);
  try {
    const { deleted, retained } = store.prune(io.clock.now() - olderThan * 1000, { dryRun });
    const kept =
      retained === 0 ? '' : `; ${formatCount(retained, 'older sample')} kept because reports need them`;
    await io.stdout.write(
      `${formatCount(deleted, 'sample')} ${dryRun ? 'would be deleted' : 'deleted'}${kept}\n`,
    );
  } finally {
    store.close();
  }
  return EXIT.ok;
}
