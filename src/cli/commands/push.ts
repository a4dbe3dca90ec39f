import type { Seconds } from '../../domain/model.ts';
import { formatCount } from '../../report/text/format-values.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import { PushInterrupted, type PushResult } from '../../watch/push/destination.ts';
import { type CommandDefinition, rejectFlags } from '../command.ts';
import { EXIT, WRONG_USAGE } from '../flags/exit-codes.ts';
import { addJudgingFlags, JUDGING_FLAGS } from '../flags/judging-flags.ts';
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

/** Only metrics contain verdicts. */
const METRICS_FLAGS = [...JUDGING_FLAGS, '--since'];

export const pushCommand: CommandDefinition = {
  name: 'push',
  group: 'Samples',
  description: 'send history to PostgreSQL, object storage or a metrics engine',
  declare: (command) =>
    addJudgingFlags(command)
      .requiredOption(
        '--to <destination>',
        'postgres://HOST/DATABASE, s3://BUCKET/PREFIX, prometheus=URL, or a folder; may be repeated',
        parseRepeated((text: string) => text),
      )
      .option('--endpoint-url <url>', 'endpoint of an S3-compatible service')
      .option(
        '--since <time>',
        'send metrics from this time on, also those that were sent before (default: what was not sent)',
      )
      .addOption(createDatabaseFlag()),
  help: {
    notes: ['A second push sends only what has changed. Nothing is lost while a destination is down.'],
    exitCodes: [['0', 'everything was sent'], ['1', 'not everything was sent yet'], WRONG_USAGE],
    examples: [
      ['cred-watch push --to postgres://db.example.com/fleet'],
      ['cred-watch push --to s3://bucket/cred-watch'],
      ['cred-watch push --to prometheus=http://127.0.0.1:8429 -j 5h'],
    ],
  },
  async run({ to, db, ...flags }: PushFlags, invocation) {
    const { io } = invocation;
    const targets = to.map(parseDestination);
    if (!targets.some(({ kind }) => kind === 'prometheus'))
      rejectFlags(
        invocation,
        METRICS_FLAGS,
        'needs --to prometheus=URL',
        'remove it, or add the destination',
      );
    using store = await openExistingStore(resolveDatabasePath(db, io)).then(async (existing) => {
      existing.close();
      const { SampleStore } = await import('../../store/sample-store.ts');
      return SampleStore.open(resolveDatabasePath(db, io));
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
