import type { Command } from 'commander';
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { formatCount } from '../../report/text/format-values.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag, createExitCodesFlag, parseDurationFlag } from '../flags/flags.ts';
import type { Io } from '../process/io.ts';

interface PruneFlags {
  olderThan: Seconds;
  dryRun?: boolean;
  db?: string;
}

export function declarePrune(program: Command, run: (flags: PruneFlags) => Promise<void>): void {
  program
    .command('prune')
    .helpGroup('Samples:')
    .description('delete old samples; generations stay, so that no report changes')
    .requiredOption('--older-than <duration>', 'delete samples taken longer ago than this', parseDurationFlag)
    .option('--dry-run', 'only say what would be deleted')
    .addOption(createDatabaseFlag())
    .addOption(createExitCodesFlag())
    .addHelpText(
      'after',
      `
Examples:
  cred-watch prune --older-than 90d --dry-run  what would be deleted
  cred-watch prune --older-than 90d            deletes it`,
    )
    .action(run);
}

export async function runPruneCommand(
  { olderThan, dryRun = false, db }: PruneFlags,
  io: Io,
): Promise<number> {
  const path = resolveDatabasePath(db, io);
  const { SampleStore } = await import('../../store/sample-store.ts');
  const existing = SampleStore.openReadOnly(path);
  if (existing === null) {
    throw new CredWatchError(`there is no database ${path}`, 'name one with --db, or poll first');
  }
  existing.close();
  const store = SampleStore.open(path);
  try {
    const { deleted, retained } = store.prune(io.clock.now() - olderThan * 1000, { dryRun });
    const why =
      retained === 0 ? '' : `; ${formatCount(retained, 'older one')} kept because reports need them`;
    await io.stdout.write(
      `${formatCount(deleted, 'sample')} ${dryRun ? 'would be deleted' : 'deleted'}${why}\n`,
    );
  } finally {
    store.close();
  }
  return EXIT.ok;
}
