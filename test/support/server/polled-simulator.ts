import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { createLocalSource } from '../../../src/sources/open.ts';
import type {
  PolledCredentials,
  PollFailure,
  PollOutcome,
  SourceOptions,
} from '../../../src/sources/source.ts';
import { codes, harmless, options, withoutPauses } from '../sources/polling.ts';
import { revealCredentials } from './revealed-credentials.ts';
import { type SimulatedOptions, startSimulated } from './simulated-endpoint.ts';

type Simulated = Awaited<ReturnType<typeof startSimulated>>;

/** The request timeout for endpoints that never respond. Under load, all other requests take less. */
export const ONE_SECOND = { requestMs: 1000 };

export interface PolledOptions extends SimulatedOptions {
  /** In addition to the variables of the shape; undefined removes a variable. */
  env?: Record<string, string | undefined>;
  poller?: Partial<SourceOptions>;
}

/** Starts a simulator, and a poller with the environment that the simulator exports. */
export async function startPolled(shape: Shape, { env, poller, ...simulated }: PolledOptions = {}) {
  const simulator = await startSimulated({ shapes: [shape], ...simulated });
  const newSource = (changes: PolledOptions['env'] = env, more = poller) =>
    createLocalSource(null, options({ ...simulator.environments[shape], ...changes }, more));
  const source = newSource();
  const poll = async (from = source) => expectNoSecrets(simulator, harmless(await from.poll()));
  return {
    ...simulator,
    source,
    newSource,
    poll,
    async succeed(from = source): Promise<PolledCredentials> {
      const outcome = await poll(from);
      if (!outcome.ok) throw new Error(`failed: ${outcome.reason}: ${outcome.detail}`);
      return outcome;
    },
    async fail(from = source): Promise<PollFailure> {
      const outcome = await poll(from);
      if (outcome.ok) throw new Error('succeeded');
      return outcome;
    },
    /** The credentials that the simulator served last. */
    servedCredentials() {
      const last = simulator.exchanges.findLast(({ handled }) => handled.credentials !== null);
      return revealCredentials(last!.handled.credentials!);
    },
    /** The values of a request header, in order. */
    sent: (name: string) => simulator.exchanges.map(({ request }) => request.headers[name]),
  };
}

/** The parts of a successful outcome that tables of tests compare. */
export const summarizeSuccess = (outcome: PollOutcome) => ({
  apiVersion: outcome.identity.apiVersion,
  notes: codes(outcome) as string[],
});

/** The parts of a failed outcome that tables of tests compare, without the detail text. */
export const failure = (outcome: PollFailure) => ({
  reason: outcome.reason as string,
  apiVersion: outcome.identity.apiVersion,
  role: outcome.identity.role,
  accessKeyId: outcome.accessKeyId,
  expiration: outcome.expiration,
  possibleHopLimit: outcome.possibleHopLimit,
  notes: codes(outcome) as string[],
});

/** A failure with a reason and no other facts. */
export const failureWith = (
  reason: string,
  more: Partial<ReturnType<typeof failure>> = {},
): ReturnType<typeof failure> => ({
  reason,
  apiVersion: null,
  role: null,
  accessKeyId: null,
  expiration: null,
  possibleHopLimit: false,
  notes: [],
  ...more,
});

/** A clock for poller and simulator that only `pass` advances. Sleeps end only when they are aborted. */
export function createStoppedClock(now = Date.UTC(2026, 10, 22)) {
  const clock: Clock = {
    now: () => now,
    sleep: (_, signal) =>
      new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
  };
  return {
    clock,
    /** The same time, without pauses between attempts. */
    withoutPauses: withoutPauses(clock),
    /** In whole milliseconds, as in the clock of the system. */
    pass: (seconds: number) => {
      now += Math.round(seconds * 1000);
    },
  };
}

/** Fails the test if the outcome contains a secret of the simulator. */
function expectNoSecrets<T extends PollOutcome>({ exchanges, simulation }: Simulated, outcome: T): T {
  const passed = exchanges.flatMap(({ request: { headers }, handled: { kind, response, credentials } }) => [
    headers.authorization,
    headers['x-aws-ec2-metadata-token'],
    kind === 'token' && response.status === 200 ? String(response.body) : undefined,
    credentials?.secretAccessKey.reveal(),
    credentials?.sessionToken.reveal(),
  ]);
  const secrets = [...passed, simulation.authorization, simulation.credentialsId];
  const printed = `${JSON.stringify(outcome)}${inspect(outcome, { depth: 9, showHidden: true })}`;
  for (const secret of new Set(secrets)) if (secret) expect(printed).not.toContain(secret);
  return outcome;
}
