import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseRefreshRemaining } from '../../../src/domain/sdk-refresh/refresh-time.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { isThorough } from '../../support/thorough.ts';
import { createRefresher, failed, good, type PollScript, SECOND } from '../../support/watch/refresher.ts';

const RUNS = isThorough ? 200 : 3;

/** One behaviour of the source, for so many seconds. */
interface Phase {
  seconds: number;
  kind: 'works' | 'unreachable' | 'throttled' | 'expired' | 'shorter' | 'defect';
  /** Seconds until the response. */
  latency: number;
}

const phase = fc.record<Phase>({
  seconds: fc.integer({ min: 1, max: 3000 }),
  kind: fc.constantFrom('works', 'works', 'unreachable', 'throttled', 'expired', 'shorter', 'defect'),
  latency: fc.integer({ min: 0, max: 25 }),
});

interface Scenario {
  lifetime: number;
  phases: readonly Phase[];
  issues: boolean;
  /** The host's clock minus AWS's, in seconds. */
  offset: number;
  idle: boolean;
  /** Seconds between requests of clients. */
  requestEvery: number;
  random: number;
}

const scenario = fc.record<Scenario>({
  lifetime: fc.integer({ min: 20, max: 5400 }),
  phases: fc.array(phase, { minLength: 1, maxLength: 8 }),
  issues: fc.boolean(),
  offset: fc.constantFrom(0, 0, 5, -5, 1800, -1800, 86_400),
  idle: fc.boolean(),
  requestEvery: fc.integer({ min: 1, max: 4000 }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

/** Runs one scenario. `check` is called at each second, with the remaining validity that clients see. */
async function run(
  { lifetime, phases, issues, offset, idle, requestEvery, random }: Scenario,
  store: ReturnType<typeof temporaryStore>,
  check: (remaining: number | null, second: number) => void,
) {
  const total = phases.reduce((sum, { seconds }) => sum + seconds, 0);
  const findPhase = (second: number) => {
    let end = 0;
    return (
      phases.find(({ seconds }) => {
        end += seconds;
        return second < end;
      }) ?? phases.at(-1)!
    );
  };
  let startedAt = 0;
  let serial = 0;
  const script: PollScript = async (clock, signal) => {
    const { kind, latency } = findPhase((clock.now() - startedAt) / SECOND);
    if (latency > 0) await clock.sleep(latency * SECOND, signal);
    if (kind === 'defect') throw new Error('a defect');
    const clockOffset = offset === 0 ? null : offset;
    if (kind === 'unreachable') return failed(clock, { reason: 'aws-unreachable' });
    if (kind === 'throttled') return failed(clock, { reason: 'throttled', clockOffset });
    const validity = kind === 'expired' ? -1 : kind === 'shorter' ? Math.ceil(lifetime / 3) : lifetime;
    // A source that rotates itself serves a key for a third of its lifetime.
    const aws = clock.now() - offset * SECOND;
    const period = Math.ceil(lifetime / 3) * SECOND;
    const issuedAt = issues ? aws : aws - (aws % period);
    serial += 1;
    const key = issues ? `ASIA${serial}` : `ASIA${kind}${issuedAt}`;
    return good(clock, key, issuedAt + validity * SECOND, { clockOffset });
  };
  const refresh = createRefresher([script], {
    issues,
    store,
    endpoint: { url: 'http://127.0.0.1', loopback: true },
    options: { idle, random: () => random },
  });
  startedAt = refresh.startedAt;
  const started = refresh.refresher.start().catch(() => {});
  let second = 0;
  await refresh.pass(total, () => {
    second += 1;
    if (second % requestEvery === 0) void refresh.refresher.noteRequest();
    const now = refresh.clock.now() - offset * SECOND;
    const current = refresh.refresher.getCurrent();
    check(current && (current.credentials.expiration - now) / SECOND, second);
  });
  void refresh.refresher.close();
  await started;
  return refresh;
}

test('at no second of a random schedule are expired credentials returned, and one poll runs at a time', async () => {
  const store = temporaryStore();
  await fc.assert(
    fc.asyncProperty(scenario, async (values) => {
      const { mostAtOnce } = await run(values, store, (remaining) => {
        if (remaining !== null && remaining <= 0) expect(remaining).toBeGreaterThan(0);
      });
      expect(mostAtOnce()).toBe(1);
    }),
    { numRuns: RUNS },
  );
});

test('with a source that works, clients never see less than the remaining validity that is promised', async () => {
  const store = temporaryStore();
  await fc.assert(
    fc.asyncProperty(scenario, fc.double({ min: 0, max: 1, noNaN: true }), async (values, speed) => {
      const { lifetime } = values;
      const promised = chooseRefreshRemaining(lifetime);
      // A refresh starts early by 10 % of the time in which a key is served, and by at least a minute if it is long.
      const early = Math.min(60, (lifetime - promised) / 10);
      const latency = Math.floor(speed * Math.max(0, early - 1));
      const phases = [{ seconds: Math.min(4 * lifetime, 8000), kind: 'works', latency } as const];
      await run({ ...values, phases, issues: true, idle: false }, store, (remaining, second) => {
        // The first poll takes this time. An assertion for each second would take most of the time of the test.
        if (second > latency + 1 && !(remaining !== null && remaining >= promised))
          expect(remaining).toBeGreaterThanOrEqual(promised);
      });
    }),
    { numRuns: RUNS },
  );
});

test('after any schedule, a source that works again is used within half a minute', async () => {
  const store = temporaryStore();
  await fc.assert(
    fc.asyncProperty(scenario, async (values) => {
      const outage = values.phases.map((each) => ({
        ...each,
        kind: each.kind === 'works' || each.kind === 'defect' ? ('unreachable' as const) : each.kind,
      }));
      const end = outage.reduce((sum, { seconds }) => sum + seconds, 0);
      const phases = [...outage, { seconds: 100, kind: 'works', latency: 0 } as const];
      await run({ ...values, phases, issues: true, idle: false }, store, (remaining, second) => {
        // A poll that began during the outage takes up to 25 seconds. A pause takes up to half a minute.
        if (second > end + 30 + 25) expect(remaining).not.toBeNull();
      });
    }),
    { numRuns: RUNS },
  );
});
