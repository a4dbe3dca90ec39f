import type { Instant, Seconds } from '../../domain/model.ts';
import { buildClientEnvironment } from '../../server/client-environment.ts';
import { SeededRandom } from '../../server/credentials/seeded-random.ts';
import { createInMemoryEndpoint } from '../../server/in-memory.ts';
import type { Simulation } from '../../server/simulation.ts';
import { createSource } from '../../sources/open.ts';
import type { SourceOptions } from '../../sources/source.ts';
import type { ArchiveRecord } from '../../store/archive/record.ts';
import { pollOnce, type SampleRecorder } from '../../watch/poll-once.ts';
import { createInMemoryExchange } from './in-memory-exchange.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface SimulatedPollsOptions {
  /** The first of its shapes is polled. */
  simulation: Simulation;
  /** Time between the starts of two polls. */
  every: Seconds;
  from: Instant;
  until: Instant;
  seed: string;
  host: string;
  /** Lifetime of the EKS service-account token. Every poll finds a new one. */
  authorizationLifetime: Seconds;
}

/** Larger batches are not written faster. */
const BATCH_SIZE = 1000;

/** cron starts a poll up to this much late. */
const MAX_START_DELAY: Seconds = 2;

/** Nothing listens here: requests stay in this process. */
const ORIGIN = 'http://127.0.0.1';
const TOKEN_FILE = '/token';

/**
 * Polls a simulated endpoint with the real source, in memory and without waiting. Yields batches of the
 * records.
 *
 * The source keeps no state between polls, like `cred-watch poll` started by cron. A poll is skipped if the
 * poll before it still runs.
 */
export async function* simulatePolls(options: SimulatedPollsOptions): AsyncGenerator<ArchiveRecord[]> {
  const { every, from, until, host } = options;
  const randomness = new SeededRandom(options.seed);
  const clock = new VirtualClock(from);
  let pollNumber = 0;
  let pauses = 0;
  const random = () => randomness.fraction(`pause ${pollNumber} ${pauses++}`);
  const source = createSource('auto', { ...createSourceOptions(options, clock), random });
  let batch: ArchiveRecord[] = [];
  const store = createRecorder((record) => batch.push(record));
  const maxDelay = Math.min(MAX_START_DELAY, every);
  for (let count = 0; ; count += 1) {
    const delay = Math.floor(randomness.fraction(`poll ${count}`) * maxDelay * 1000);
    const startAt = from + count * every * 1000 + delay;
    if (startAt > until) break;
    if (startAt < clock.now()) continue;
    clock.moveTo(startAt);
    pollNumber = count;
    pauses = 0;
    await clock.run(() => pollOnce({ source, store, host, machine: host }));
    // Drop the record of a poll that ended too late.
    if (clock.now() > until) batch.pop();
    if (batch.length < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function createSourceOptions(
  { simulation, authorizationLifetime }: SimulatedPollsOptions,
  clock: VirtualClock,
): Omit<SourceOptions, 'random'> {
  const [shape = 'imds'] = simulation.shapes;
  return {
    env: buildClientEnvironment(shape, [ORIGIN], simulation, TOKEN_FILE),
    clock,
    stateless: true,
    exchange: createInMemoryExchange(createInMemoryEndpoint(simulation)),
    readFile: async () => simulation.serviceAccountTokens.issue(authorizationLifetime, clock.now()),
  };
}

/** Collects polls as export records. */
function createRecorder(add: (record: ArchiveRecord) => void): SampleRecorder {
  return {
    recordSample: (identity, sample) => add({ record: 'sample', identity, sample, ordinal: 0 }),
    // Omits the detail: it can contain a random request id, which would differ between runs with the same seed.
    recordFailedPoll: (host, source, poll) =>
      add({ record: 'failed_poll', host, source, poll: { ...poll, detail: '' }, ordinal: 0 }),
    findLastHost: () => null,
    histories: () => [],
  };
}
