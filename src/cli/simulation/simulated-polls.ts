import type { Instant, Seconds } from '../../domain/model.ts';
import { buildClientEnvironment } from '../../server/client-environment.ts';
import { SeededRandom } from '../../server/credentials/seeded-random.ts';
import { createInMemoryEndpoint } from '../../server/in-memory.ts';
import type { Simulation } from '../../server/simulation.ts';
import { createLocalSource } from '../../sources/open.ts';
import type { ArchiveRecord } from '../../store/archive/record.ts';
import { type PollStore, pollOnce } from '../../watch/poll-once.ts';
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

/** The longest delay with which cron starts a poll. */
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
  const { simulation, every, from, until, host, seed, authorizationLifetime } = options;
  const randomness = new SeededRandom(seed);
  const clock = new VirtualClock(from);
  let pollNumber = 0;
  let pauses = 0;
  const [shape = 'imds'] = simulation.shapes;
  const source = createLocalSource(null, {
    env: buildClientEnvironment(shape, [ORIGIN], simulation, TOKEN_FILE),
    clock,
    random: () => randomness.fraction(`pause ${pollNumber} ${pauses++}`),
    stateless: true,
    exchange: createInMemoryExchange(createInMemoryEndpoint(simulation)),
    readFile: async () => simulation.serviceAccountTokens.issue(authorizationLifetime, clock.now()),
  });
  let batch: ArchiveRecord[] = [];
  const store = createPollStore((record) => batch.push(record));
  const maxDelay = Math.min(MAX_START_DELAY, every);
  for (; ; pollNumber += 1) {
    const delay = Math.floor(randomness.fraction(`poll ${pollNumber}`) * maxDelay * 1000);
    const startAt = from + pollNumber * every * 1000 + delay;
    if (startAt > until) break;
    if (startAt < clock.now()) continue;
    clock.moveTo(startAt);
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

/** Collects polls as export records. */
function createPollStore(add: (record: ArchiveRecord) => void): PollStore {
  let startedAt: Instant | null = null;
  return {
    recordSample(identity, sample) {
      startedAt = null;
      add({ record: 'sample', identity, sample, ordinal: 0 });
    },
    // Omits the detail: it can contain a random request id, which would differ between runs with the same seed.
    recordFailedPoll(host, source, poll) {
      if (poll.reason !== 'starting') startedAt = null;
      add({ record: 'failed_poll', host, source, poll: { ...poll, detail: '' }, ordinal: 0 });
    },
    recordStarting(_host, _source, at) {
      startedAt ??= at;
      return startedAt;
    },
    findLastHost: () => null,
    hasSeries: () => true,
    recentHistories: () => [],
  };
}
