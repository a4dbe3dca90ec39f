import type { Instant, Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { formatNumber } from '../../report/text/format-values.ts';
import { createSimulation } from '../../server/simulation.ts';
import { buildDefaultTree } from '../../server/tree/default-tree.ts';
import { createTree } from '../../server/tree/metadata-tree.ts';
import type { ArchiveRecord } from '../../store/archive/record.ts';
import { writeArchive } from '../../store/archive/writer.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { parseMomentFlag } from '../flags/series-filter.ts';
import type { Io } from '../process/io.ts';
import { writeOutput } from '../process/output-file.ts';
import type { SimulateFlags, SimulationSettings } from './settings.ts';
import { simulatePolls } from './simulated-polls.ts';

const DEFAULT_INTERVAL: Seconds = 300;
const MAX_POLLS = 10_000_000;
/** Import rejects earlier times. */
const MIN_START: Instant = Date.UTC(2000);
const DEFAULT_HOST = 'simulated-host';

/** Polls the simulated endpoint for the given time, and writes an export that `import` reads. */
export async function writeSimulatedHistory(
  flags: SimulateFlags & { history: Seconds },
  { options, authorizationLifetime }: SimulationSettings,
  io: Io,
): Promise<number> {
  const { history, every = DEFAULT_INTERVAL, until: end, output = '-', host = DEFAULT_HOST } = flags;
  if (history / every > MAX_POLLS) {
    throw new CredWatchError(
      `--history would be more than ${formatNumber(MAX_POLLS)} polls`,
      'poll less often with --every',
    );
  }
  if (options.shapes.length > 1) {
    throw new CredWatchError('--history simulates a single endpoint', 'name one with --shape');
  }
  const now = io.clock.now();
  const until: Instant = end === undefined ? now : await parseMomentFlag('--until', end, now, 'last');
  const from = until - history * 1000;
  if (from < MIN_START) {
    throw new CredWatchError(
      '--history would begin before the year 2000, the earliest time that import accepts',
      'shorten --history, or let it end later with --until',
    );
  }
  const tree = createTree(buildDefaultTree(options.startedAt));
  const simulation = createSimulation({ ...options, startedAt: from, tree });
  const { seed } = options;
  const batches = simulatePolls({ simulation, every, from, until, seed, host, authorizationLifetime });
  await writeOutput(io, output, writeBatches(batches));
  return EXIT.ok;
}

async function* writeBatches(batches: AsyncIterable<ArchiveRecord[]>): AsyncGenerator<string> {
  for await (const batch of batches) yield* writeArchive(batch, 'ndjson');
}
