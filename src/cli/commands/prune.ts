import type { Seconds } from '../../domain/model.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { CommandDefinition } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { assertNamedFileExists } from '../database/missing-database.ts';
import { DONE, EXIT } from '../flags/exit-codes.ts';
import { createDatabaseFlag } from '../flags/shared-flags.ts';
import { parseDurationFlag } from '../flags/value-parsers.ts';
import { openExistingStore } from '../process/existing-store.ts';
import { printText } from '../process/io.ts';

interface PruneFlags {
  olderThan: Seconds;
  dryRun?: boolean;
  db?: string;
}

export const pruneCommand: CommandDefinition = {
  name: 'prune',
  group: 'Samples',
  summary: 'delete old samples; reports do not change',
  description: 'delete old samples; reports do not change, because generations are kept',
  declare: (command) =>
    command
      .requiredOption('--older-than <duration>', 'delete samples that are older than this', parseDurationFlag)
      .option('--dry-run', 'only print how many samples would be deleted')
      .addOption(createDatabaseFlag()),
  help: {
    exitCodes: DONE,
    examples: [
      ['cred-watch prune --older-than 90d --dry-run', 'count the samples'],
      ['cred-watch prune --older-than 90d', 'delete them'],
    ],
  },
  async run({ olderThan, dryRun = false, db }: PruneFlags, { io }) {
    const path = resolveDatabaseFile(db, io);
    assertNamedFileExists(db, path, io);
    // Opening for writing would create a missing database.
    (await openExistingStore(path, 'prune', io)).close();
    const { SampleStore } = await import('../../store/sample-store.ts');
    using store = SampleStore.open(path);
    const { deleted, deletedKeyUses } = store.prune(io.clock.now() - olderThan * 1000, { dryRun });
    const verb = dryRun ? 'would be deleted' : 'deleted';
    const uses = deletedKeyUses === 0 ? '' : ` and ${formatCount(deletedKeyUses, 'record')} of served keys`;
    await printText(io, `${formatCount(deleted, 'sample')}${uses} ${verb}\n`);
    return EXIT.ok;
  },
};
