import type { Seconds } from '../../domain/model.ts';
import { formatCount } from '../../report/text/format-values.ts';
import { PushInterrupted, type PushResult } from '../../watch/push/destination.ts';
import type { CommandDefinition } from '../command.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { createDatabaseFlag } from '../flags/shared-flags.ts';
import { parseRepeated } from '../flags/value-parsers.ts';
import { openExistingStore } from '../process/existing-store.ts';
import { printError, printNote } from '../process/messages.ts';
import { createProgress } from '../process/progress.ts';
import { type DestinationFlags, openDestination, parseDestination } from '../push/destinations.ts';

interface PushFlags extends DestinationFlags {
  to: readonly string[];
  db?: string;
  timeout?: Seconds;
}

export const pushCommand: CommandDefinition = {
  name: 'push',
  group: 'Samples',
  description: 'send history to PostgreSQL, object storage or a metrics engine',
  declare: (command) =>
    command
      .requiredOption(
        '--to <destination>',
        'postgres://HOST/DATABASE, s3://BUCKET/PREFIX, prometheus=URL, or a folder; may be repeated',
        parseRepeated((text: string) => text),
      )
      .option('--endpoint-url <url>', 'endpoint of an S3-compatible service')
      .addOption(createDatabaseFlag()),
  help: {
    notes: ['A second push sends only what has changed. Nothing is lost while a destination is down.'],
    exitCodes: [['0', 'everything was sent'], ['1', 'not everything was sent yet'], WRONG_USAGE],
    examples: [
      ['cred-watch push --to postgres://db.example.com/fleet'],
      ['cred-watch push --to s3://bucket/cred-watch'],
    ],
  },
  async run({ to, db, ...flags }: PushFlags, { io }) {
    const targets = to.map(parseDestination);
    using store = await openExistingStore(resolveDatabaseFile(db, io)).then(async (existing) => {
      existing.close();
      const { SampleStore } = await import('../../store/sample-store.ts');
      return SampleStore.open(resolveDatabaseFile(db, io));
    });
    using progress = createProgress(io);
    let isComplete = true;
    for (const target of targets) {
      const destination = await openDestination(target, flags, io);
      try {
        const result = await destination.push(store, {
          now: io.clock.now(),
          signal: new AbortController().signal,
          onProgress: (sent) => progress.show(`${formatCount(sent, 'item')} sent`),
        });
        isComplete &&= await printResult(result);
      } catch (error) {
        if (!(error instanceof PushInterrupted)) throw error;
        isComplete = false;
        await printError(io, error.message, 'the rest is sent by the next push');
      } finally {
        await destination.close();
      }
      async function printResult({ sent, rejected }: PushResult): Promise<boolean> {
        await io.stdout.write(`${destination.name}: ${formatCount(sent, 'item')} sent\n`);
        for (const { item, reason } of rejected) await printNote(io, `${item} was rejected: ${reason}`);
        return rejected.length === 0;
      }
    }
    return isComplete ? EXIT.ok : EXIT.failed;
  },
};
