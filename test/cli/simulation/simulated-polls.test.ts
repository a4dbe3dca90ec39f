import { describe, expect, onTestFinished, test } from 'vitest';
import { createInMemoryExchange } from '../../../src/cli/simulation/in-memory-exchange.ts';
import { simulatePolls } from '../../../src/cli/simulation/simulated-polls.ts';
import { VirtualClock } from '../../../src/cli/simulation/virtual-clock.ts';
import { buildClientEnvironment } from '../../../src/server/client-environment.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { createInMemoryEndpoint } from '../../../src/server/in-memory.ts';
import { createLocalSource } from '../../../src/sources/open.ts';
import type { PollOutcome } from '../../../src/sources/source.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { startPolled } from '../../support/server/polled-simulator.ts';
import { createTestSimulation, type SimulatedOptions } from '../../support/server/simulated-endpoint.ts';
import { LIMITS, options } from '../../support/sources/polling.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const START = Date.UTC(2026, 10, 22);
const DAY = 86_400;

async function collect(
  options: SimulatedOptions,
  duration: number,
  { every = 300, seed = 'test' } = {},
): Promise<ArchiveRecord[]> {
  const simulation = createTestSimulation({ seed, ...options }, START);
  const until = START + duration * 1000;
  const polls = simulatePolls({
    simulation,
    every,
    from: START,
    until,
    seed,
    host: 'h',
    authorizationLifetime: DAY,
  });
  const records: ArchiveRecord[] = [];
  for await (const batch of polls) records.push(...batch);
  return records;
}

const observedAt = (record: ArchiveRecord): number => {
  if (record.record === 'sample') return record.sample.observedAt;
  if (record.record === 'failed_poll') return record.poll.observedAt;
  throw new Error(record.record);
};

/** The reason of a failed poll, or the API version of a sample. */
const summarise = (record: ArchiveRecord): string => {
  if (record.record === 'sample') return `sample ${record.identity.apiVersion}`.trim();
  return record.record === 'failed_poll' ? record.poll.reason : record.record;
};

test.for(
  sampleCases<[Shape, string[]]>(
    [
      ['imds', []],
      ['imds', ['403,path=/latest/api/token']],
      ['imds', ['503,times=2']],
      ['imds', ['no-role']],
      ['imds', ['error']],
      ['imds', ['reset']],
      ['imds', ['stall,path=/latest/api/token']],
      ['imds', ['truncate']],
      ['imds', ['malformed']],
      ['imds', ['body=<p>']],
      ['imds', ['field=Token']],
      ['imds', ['field=Expiration']],
      ['imds', ['header=Date']],
      ['imds', ['header=Content-Length:5']],
      ['imds', ['clock-skew=5m']],
      ['ecs', ['error=CredentialsUninitialized']],
      ['ecs', []],
      ['eks', []],
      ['eks', ['error=ExpiredTokenException']],
      ['cloudshell', ['401']],
    ],
    4,
  ),
)('a poll in memory has the outcome of a poll over a socket: %s with %j', async ([shape, faults]) => {
  const settings = { faults, startedAt: START };
  const limits = { ...LIMITS, requestMs: 200 };
  const overSocket = await startPolled(shape, { ...settings, poller: { limits } });

  const simulation = createTestSimulation({ ...settings, shapes: [shape] }, START);
  const clock = new VirtualClock(START);
  const source = createLocalSource(
    null,
    options(buildClientEnvironment(shape, ['http://127.0.0.1'], simulation, '/token'), {
      clock,
      limits,
      exchange: createInMemoryExchange(createInMemoryEndpoint(simulation)),
      readFile: async () => simulation.serviceAccountTokens.issue(DAY, clock.now()),
    }),
  );
  const inMemory = await clock.run(() => source.poll());
  expect(comparable(inMemory)).toEqual(comparable(await overSocket.poll()));
});

/** The parts of an outcome that depend on neither the clock nor the random secrets of a simulation. */
function comparable(outcome: PollOutcome) {
  const { identity, notes } = outcome;
  const codes = notes.map(({ code }) => code).filter((code) => !code.startsWith('TOKEN_FILE'));
  if (outcome.ok) return { identity, codes, accountId: outcome.accountId };
  const { reason, detail, possibleHopLimit } = outcome;
  const withoutIds = detail.replace(/[\da-f-]{36}/g, 'UUID').replace(/\([A-Z_]+\)$/, '(closed)');
  return { identity, codes, reason, detail: withoutIds, possibleHopLimit };
}

describe('the records of simulated polls', () => {
  const faults = ['503,share=30%', 'alternate,from=1h'];

  ciTest(
    'the records of simulated polls are the same with the same seed, and differ with another seed',
    async () => {
      const [one, again, other] = await Promise.all(
        ['a', 'a', 'b'].map((seed) => collect({ faults }, DAY, { seed })),
      );
      expect(JSON.stringify(again)).toBe(JSON.stringify(one));
      expect(JSON.stringify(other)).not.toBe(JSON.stringify(one));
    },
  );

  test.for([1, 2, 60, 300, 7200])(
    'the records of simulated polls every %i s are in order, up to 2 s late, and not after the end',
    async (every) => {
      const records = await collect({}, 20 * every, { every });
      const delays = records.map((record, index) => observedAt(record) - START - index * every * 1000);
      for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(0);
      for (const delay of delays) expect(delay).toBeLessThan(Math.min(2, every) * 1000);
      expect(new Set(delays).size).toBeGreaterThan(10);
      expect(records).toHaveLength(20);
    },
  );

  test('the records of simulated polls come from the first shape', async () => {
    const [record] = await collect({ shapes: ['eks', 'imds'] }, 300);
    expect(record).toMatchObject({ record: 'sample', identity: { source: 'container', apiVersion: '' } });
  });

  test.for<[string, string]>([
    ['body=<p>', 'not-imds'],
    ['field=Expiration', 'unknown-expiry'],
    ['field=Token', 'malformed'],
    ['header=Date', 'sample 2'],
    ['stall=1s', 'sample 2'],
    ['stall', 'timeout'],
  ])('the records of simulated polls follow the fault %s', async ([fault, expected]) => {
    const records = await collect({ faults: [fault] }, 900);
    expect(records.map(summarise)).toEqual(Array(3).fill(expected));
  });

  test('simulated polls keep no state, so the fallback to IMDSv1 ends with its poll', async () => {
    const records = await collect({ faults: ['404,path=/latest/api/token,times=1'] }, 900);
    expect(records.map(summarise)).toEqual(['sample 1', 'sample 2', 'sample 2']);
  });

  test('the records of simulated polls skip a poll while the poll before it still runs', async () => {
    const records = await collect({ faults: ['stall,times=3'] }, 30, { every: 1 });
    const instants = records.map(observedAt);
    expect(records.length).toBeLessThan(29);
    expect([...instants].sort((a, b) => a - b)).toEqual(instants);
  });
});

test('a virtual clock skips the shortest sleep first', async () => {
  const clock = new VirtualClock(START);
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const woken: string[] = [];
  await clock.run(async () => {
    void clock.sleep(5000, stop.signal).then(() => woken.push('long'));
    await clock.sleep(1000).then(() => woken.push('short'));
  });
  expect(woken).toEqual(['short']);
  expect(clock.now()).toBe(START + 1000);
});
