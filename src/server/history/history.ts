import type { FailureReason, Instant, IssuedCredentials, Seconds, SourceName } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { SeededRandom } from '../credentials/seeded-random.ts';
import type { FaultKind } from '../faults/fault.ts';
import type { Simulation } from '../simulation.ts';
import { createSimulatedPoller } from './pretended-poller.ts';

/** What one poll would have brought. */
export interface SimulatedPoll {
  source: SourceName;
  apiVersion: string;
  role: string;
  observedAt: Instant;
  clockOffset: Seconds | null;
  credentials: IssuedCredentials | null;
  failure: FailureReason | null;
}

export interface HistoryOptions {
  simulation: Simulation;
  every: Seconds;
  from: Instant;
  until: Instant;
  seed: string;
}

/** Their answers would have to be parsed as a poller parses them, and that is the poller's to do. */
const NOT_FOLLOWED = new Set<FaultKind>(['body', 'field', 'header']);

/** A poller that is started by cron comes some seconds late. */
const LATEST_START: Seconds = 2;

/**
 * The samples that polling the endpoint would have brought, without a socket and without waiting: its own answers, at
 * times that never were. The first shape is polled.
 */
export function* simulatePolls({
  simulation,
  every,
  from,
  until,
  seed,
}: HistoryOptions): Generator<SimulatedPoll> {
  const randomness = new SeededRandom(seed);
  const lookAt = createSimulatedPoller(simulation);
  const [shape = 'imds'] = simulation.shapes;
  const source = shape === 'imds' ? 'imds' : 'container';
  const role = shape === 'imds' || shape === 'ecs' ? simulation.role : '';
  for (let count = 0; ; count += 1) {
    const late = Math.floor(randomness.fraction(`poll ${count}`) * Math.min(LATEST_START, every) * 1000);
    const observedAt = from + count * every * 1000 + late;
    if (observedAt > until) return;
    const { credentials, ...look } = lookAt(observedAt);
    yield {
      source,
      role,
      observedAt,
      ...look,
      credentials: credentials === null ? null : issued(credentials, source),
    };
  }
}

/** @throws CredWatchError */
export function assertFaultsSupported(
  faults: readonly { spec: string; effect: { kind: FaultKind } }[],
): void {
  const stray = faults.find(({ effect }) => NOT_FOLLOWED.has(effect.kind));
  if (stray === undefined) return;
  throw new CredWatchError(
    `--history does not follow the fault '${stray.spec}'`,
    'serve it, and let `cred-watch poll` find out what it makes of it',
  );
}

const issued = (
  { accessKeyId, issuedAt, expiration }: FalseCredentials,
  source: SourceName,
): IssuedCredentials => ({
  accessKeyId,
  lastUpdated: source === 'imds' ? issuedAt : null,
  expiration,
  zoneless: false,
});
