import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { createSource } from '../../../src/sources/open.ts';
import type {
  PolledCredentials,
  PollFailure,
  PollOutcome,
  SourceOptions,
} from '../../../src/sources/source.ts';
import { codes, harmless, options, withoutPauses } from '../sources/polling.ts';
import { type SimulatedOptions, startSimulated } from './simulated-endpoint.ts';

type Simulated = Awaited<ReturnType<typeof startSimulated>>;

/**
 * For endpoints that never answer. Longer than a loaded machine keeps anybody waiting on loopback: those tests have
 * requests that must succeed, too.
 */
export const UNTIL_A_SECOND = { requestMs: 1000 };

export interface PolledOptions extends SimulatedOptions {
  /** Beside what the shape needs; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  poller?: Partial<SourceOptions>;
}

/** A simulator, and the poller with the environment that the simulator tells its clients to have. */
export async function startPolled(shape: Shape, { env, poller, ...simulated }: PolledOptions = {}) {
  const simulator = await startSimulated({ shapes: [shape], ...simulated });
  const newSource = (changes: PolledOptions['env'] = env, more = poller) =>
    createSource('auto', options({ ...simulator.environments[shape], ...changes }, more));
  const source = newSource();
  const poll = async (asked = source) => secretsKept(simulator, harmless(await asked.poll()));
  return {
    ...simulator,
    source,
    newSource,
    poll,
    async succeed(asked = source): Promise<PolledCredentials> {
      const outcome = await poll(asked);
      if (!outcome.ok) throw new Error(`failed: ${outcome.reason}: ${outcome.detail}`);
      return outcome;
    },
    async fail(asked = source): Promise<PollFailure> {
      const outcome = await poll(asked);
      if (outcome.ok) throw new Error('succeeded');
      return outcome;
    },
    /** What the simulator handed out last, by its own account. */
    handedOut() {
      const last = simulator.exchanges.findLast(({ handledRequest }) => handledRequest.credentials !== null);
      return last!.handledRequest.credentials!;
    },
    /** Every value of a header that came, in order. */
    sent: (name: string) => simulator.exchanges.map(({ request }) => request.headers[name]),
  };
}

/** A good outcome in one line of a table. */
export const told = (outcome: PollOutcome) => ({
  apiVersion: outcome.identity.apiVersion,
  notes: codes(outcome) as string[],
});

/** A failed outcome in one line of a table, without what it is said to be in words. */
export const failure = (outcome: PollFailure) => ({
  reason: outcome.reason as string,
  apiVersion: outcome.identity.apiVersion,
  role: outcome.identity.role,
  accessKeyId: outcome.accessKeyId,
  expiration: outcome.expiration,
  possibleHopLimit: outcome.possibleHopLimit,
  notes: codes(outcome) as string[],
});

/** A failure of which nothing is known but its reason. */
export const bare = (
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

/** A clock for both ends: it stands until it is moved on, and what sleeps by it sleeps until it is woken. */
export function standingClock(now = Date.UTC(2026, 10, 22)) {
  const clock: Clock = {
    now: () => now,
    sleep: (_, signal) =>
      new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
  };
  return {
    clock,
    /** The same hour, without pauses between attempts. */
    hasty: withoutPauses(clock),
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

function secretsKept<T extends PollOutcome>({ exchanges, simulation }: Simulated, outcome: T): T {
  const passed = exchanges.flatMap(
    ({ request: { headers }, handledRequest: { kind, response, credentials } }) => [
      headers.authorization,
      headers['x-aws-ec2-metadata-token'],
      kind === 'token' && response.status === 200 ? String(response.body) : undefined,
      credentials?.secretAccessKey,
      credentials?.sessionToken,
    ],
  );
  const secrets = [...passed, simulation.authorization, simulation.credentialsId];
  const printed = `${JSON.stringify(outcome)}${inspect(outcome, { depth: 9, showHidden: true })}`;
  for (const secret of new Set(secrets)) if (secret) expect(printed).not.toContain(secret);
  return outcome;
}
