import type { Instant, Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { assertFaultsSupported, type SimulatedPoll, simulatePolls } from '../../server/history/history.ts';
import { createSimulation } from '../../server/simulation.ts';
import { buildDefaultTree } from '../../server/tree/default-tree.ts';
import { createTree } from '../../server/tree/metadata-tree.ts';
import type { ArchiveRecord } from '../../store/archive/record.ts';
import { writeArchive } from '../../store/archive/writer.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { parseMomentFlag } from '../flags/selection.ts';
import type { Io } from '../process/io.ts';
import { writeOutput } from '../process/output-file.ts';
import type { SimulateFlags } from './flags.ts';
import type { SimulationSettings } from './settings.ts';

const EVERY: Seconds = 300;
const MOST_POLLS = 10_000_000;
/** Import takes no time before it. */
const EARLIEST: Instant = Date.UTC(2000);
const HOST = 'simulated-host';

/** Writes what polling the endpoint would have brought, as an export that can be imported. */
export async function writeSimulatedHistory(
  flags: SimulateFlags & { history: Seconds },
  { options }: SimulationSettings,
  io: Io,
): Promise<number> {
  const { history, every = EVERY, until: end, output = '-', host = HOST } = flags;
  if (history / every > MOST_POLLS) {
    throw new CredWatchError(
      `--history would be more than ${MOST_POLLS.toLocaleString('en-US')} polls`,
      'poll less often with --every',
    );
  }
  if (options.shapes.length > 1) {
    throw new CredWatchError('--history is of one endpoint', 'name one with --shape');
  }
  assertFaultsSupported(options.faults);
  const now = io.clock.now();
  const until: Instant = end === undefined ? now : parseMomentFlag('--until', end, now, 'last');
  const from = until - history * 1000;
  if (from < EARLIEST) {
    throw new CredWatchError(
      '--history would begin before the year 2000, and no sample is that old',
      'make it shorter, or let it end later with --until',
    );
  }
  const tree = createTree(buildDefaultTree(options.instance));
  const simulation = createSimulation({ ...options, startedAt: from, tree });
  const polls = simulatePolls({ simulation, every, from, until, seed: options.seed });
  await writeOutput(io, output, writeArchive(records(polls, host), 'ndjson'));
  return EXIT.ok;
}

function* records(polls: Iterable<SimulatedPoll>, host: string): Generator<ArchiveRecord> {
  for (const { source, apiVersion, role, observedAt, clockOffset, credentials, failure } of polls) {
    if (credentials !== null) {
      const identity = { host, source, apiVersion, role };
      yield { record: 'sample', identity, sample: { ...credentials, observedAt, clockOffset }, ordinal: 0 };
    } else if (failure !== null) {
      const poll = { observedAt, reason: failure, detail: '', accessKeyId: '', expiration: null };
      yield { record: 'failed_poll', host, source, poll, ordinal: 0 };
    }
  }
}
