import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredWatchError } from '../../../src/errors.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import { FAULT_DEFINITIONS } from '../../../src/server/faults/fault-definitions.ts';
import { parseFault } from '../../../src/server/faults/parse-fault.ts';
import {
  assertFaultsSupported,
  type SimulatedPoll,
  simulatePolls,
} from '../../../src/server/history/history.ts';
import type { PollLimits } from '../../../src/sources/source.ts';
import { type PolledOptions, startPolled, UNTIL_A_SECOND } from '../../support/server/polled-simulator.ts';
import { type SimulatedOptions, startSimulated } from '../../support/server/simulated-endpoint.ts';
import { LIMITS } from '../../support/sources/polling.ts';
import { isThorough } from '../../support/thorough.ts';

const START = Date.UTC(2026, 10, 22);
const TOKEN = '/latest/api/token';
const LIST = '/latest/meta-data/iam/security-credentials/';
const DOCUMENT = `${LIST}simulated-role`;
/** Several rotations in the time of a few polls. */
const PACE = { lifetime: 1800, rotateEvery: 420, jitter: 60 };
const EVERY = 300;

interface Played extends Pick<SimulatedOptions, 'imds' | 'faults' | 'variants' | 'role' | 'seed'> {
  shape: Shape;
  polls: number;
  limits?: Partial<PollLimits>;
}

/** What history pretends, and what a poller records that is started anew at the very same moments. */
async function bothWays({ shape, polls, limits = LIMITS, ...played }: Played) {
  const options = { shapes: [shape], pace: PACE, startedAt: START, ...played };
  const pretended = await pretend(options, polls * EVERY);
  let now = START;
  const clock = { now: () => now, sleep: brief };
  const poller: PolledOptions['poller'] = {
    clock: { now: () => now, sleep: async () => {} },
    limits,
    readFile: async () => served.simulation.serviceAccountTokens.issue(86_400, now),
  };
  const served = await startPolled(shape, { ...options, clock, poller });
  const recorded: SimulatedPoll[] = [];
  for (const { observedAt } of pretended) {
    now = observedAt;
    const outcome = await served.poll(served.newSource());
    recorded.push({
      source: served.source.name,
      apiVersion: outcome.identity.apiVersion,
      role: outcome.identity.role,
      observedAt: outcome.observedAt,
      clockOffset: outcome.clockOffset,
      credentials: outcome.ok ? outcome.credentials : null,
      failure: outcome.ok ? null : outcome.reason,
    });
  }
  await served.close();
  return { pretended: pretended.map(filed), recorded: recorded.map(filed) };
}

async function pretend(options: SimulatedOptions, duration: number, seed = options.seed ?? 'test') {
  const { simulation, close } = await startSimulated(options);
  await close();
  const until = START + duration * 1000;
  return [...simulatePolls({ simulation, every: EVERY, from: START, until, seed })];
}

/** A failed poll is filed under its source alone. */
const filed = (poll: SimulatedPoll) => ({ ...poll, role: poll.failure === null ? poll.role : '' });

/** Answers that are only late come at once; later than a poller waits is never. */
const brief = (milliseconds: number, signal?: AbortSignal) =>
  milliseconds < 2000
    ? Promise.resolve()
    : new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));

/** What a poll brought, in a word. */
const word = ({ apiVersion, failure }: SimulatedPoll) => failure ?? `credentials${apiVersion}`;

interface Case extends Omit<Played, 'polls' | 'shape'> {
  shape?: Shape;
  faults: string[];
  polls?: number;
  /** Of every poll, or of each. */
  brings: string | string[];
}

const V1 = 'credentials1';
const V2 = 'credentials2';
const NEVER_WAITS = { requestMs: 50 };

const ON_IMDS: Case[] = [
  { faults: [], brings: V2 },
  { faults: [], imds: 'v2', brings: V2 },
  { faults: [], imds: 'v1', brings: V1 },
  { faults: ['400'], brings: 'bad-request' },
  { faults: ['401'], brings: 'auth-rejected' },
  { faults: ['403'], brings: 'auth-rejected' },
  { faults: ['404'], brings: 'no-role' },
  { faults: ['405'], brings: 'unexpected-status' },
  { faults: ['418'], brings: 'unexpected-status' },
  { faults: ['429'], brings: 'throttled' },
  { faults: ['500'], brings: 'server-error' },
  { faults: ['503'], brings: 'throttled' },
  { faults: [`400,path=${TOKEN}`], brings: 'bad-request' },
  { faults: [`401,path=${TOKEN}`], brings: 'auth-rejected' },
  { faults: [`401,path=${TOKEN},times=1`], brings: V2 },
  { faults: [`403,path=${TOKEN}`], brings: V1 },
  { faults: [`403,path=${TOKEN}`], imds: 'v2', brings: 'auth-rejected' },
  { faults: [`404,path=${TOKEN}`], brings: V1 },
  { faults: [`405,path=${TOKEN}`], brings: V1 },
  { faults: [`418,path=${TOKEN},times=2`], brings: V2 },
  { faults: [`503,path=${TOKEN},times=4`], brings: ['throttled', V2, V2] },
  { faults: [`400,path=${LIST}`], brings: 'bad-request' },
  { faults: [`401,path=${LIST},times=1`], brings: V2 },
  { faults: [`401,path=${LIST},times=2`], brings: ['auth-rejected', V2, V2] },
  { faults: [`404,path=${LIST}`], brings: 'no-role' },
  { faults: [`500,path=${LIST}`], brings: 'server-error' },
  { faults: [`401,path=${DOCUMENT}`], brings: 'auth-rejected' },
  { faults: [`404,path=${DOCUMENT}`], brings: 'not-found' },
  { faults: [`404,path=${DOCUMENT},times=1`], brings: V2 },
  { faults: [`429,path=${DOCUMENT},times=2`], brings: V2 },
  { faults: [`503,path=${DOCUMENT}`], brings: 'throttled' },
  { faults: ['stall'], limits: NEVER_WAITS, brings: 'timeout' },
  { faults: ['stall=2s'], limits: NEVER_WAITS, brings: 'timeout' },
  { faults: ['stall=1999ms'], brings: V2 },
  { faults: ['reset'], brings: 'unreachable' },
  { faults: [`reset,path=${TOKEN}`], brings: V1 },
  { faults: ['reset,times=1'], brings: V2 },
  { faults: ['hop-limit'], limits: UNTIL_A_SECOND, polls: 1, brings: V1 },
  { faults: ['hop-limit=reset'], brings: V1 },
  { faults: ['hop-limit=reset'], imds: 'v2', brings: 'timeout' },
  { faults: ['error'], brings: 'error-document' },
  { faults: ['error=Failed,from=5m'], brings: [V2, 'error-document', 'error-document'] },
  { faults: ['no-role'], brings: 'no-role' },
  { faults: ['frozen,from=5m'], brings: V2 },
  { faults: ['expired'], brings: V2 },
  { faults: ['expired=1h,from=10m'], brings: V2 },
  { faults: ['alternate'], brings: V2 },
  { faults: ['renew'], brings: V2 },
  { faults: ['throttle=0.01'], brings: 'throttled' },
  { faults: ['throttle=1'], brings: 'throttled' },
  { faults: ['throttle=2'], brings: V2 },
  { faults: ['throttle=0.01'], variants: ['throttle=503'], brings: 'throttled' },
  {
    faults: ['throttle=0.01'],
    variants: ['throttle=drop'],
    limits: UNTIL_A_SECOND,
    polls: 1,
    brings: 'timeout',
  },
  // Half a token is refused, and so is half of the next one.
  { faults: ['malformed'], imds: 'v2', brings: 'auth-rejected' },
  { faults: ['malformed'], imds: 'v1', brings: 'not-found' },
  { faults: ['malformed'], imds: 'v1', role: 'r', brings: 'no-role' },
  { faults: [`malformed,path=${DOCUMENT}`], brings: 'malformed' },
  { faults: [`malformed,path=${DOCUMENT},times=1`], brings: V2 },
  { faults: [`malformed,path=${DOCUMENT},times=2`], brings: ['malformed', V2, V2] },
  { faults: ['empty'], brings: 'token-empty' },
  { faults: ['empty'], imds: 'v1', brings: 'token-empty' },
  { faults: [`empty,path=${LIST}`], brings: 'no-role' },
  { faults: [`empty,path=${DOCUMENT}`], brings: 'malformed' },
  { faults: ['truncate'], brings: 'unreachable' },
  { faults: ['truncate'], imds: 'v1', brings: 'unreachable' },
  { faults: [`truncate,path=${TOKEN}`], brings: V1 },
  { faults: ['redirect'], brings: 'redirect' },
  { faults: [`redirect=${DOCUMENT},path=${LIST}`], brings: 'redirect' },
  { faults: ['clock-skew=5m'], brings: V2 },
  { faults: ['clock-skew=-5m'], brings: V2 },
  { faults: ['clock-skew=1h', `503,path=${DOCUMENT}`], brings: 'throttled' },
  { faults: ['token-lifetime=0'], brings: 'auth-rejected' },
  { faults: ['token-lifetime=0'], variants: ['bad-token=ignored'], brings: V2 },
  { faults: ['token-lifetime=1s'], brings: V2 },
];

const ON_CONTAINERS: (Case & { shape: Shape })[] = [
  { shape: 'ecs', faults: [], brings: 'credentials' },
  { shape: 'ecs', faults: ['400'], brings: 'bad-request' },
  { shape: 'ecs', faults: ['401'], brings: 'auth-rejected' },
  { shape: 'ecs', faults: ['403'], brings: 'auth-rejected' },
  { shape: 'ecs', faults: ['404'], brings: 'no-association' },
  { shape: 'ecs', faults: ['429'], brings: 'throttled' },
  { shape: 'ecs', faults: ['500'], brings: 'server-error' },
  { shape: 'ecs', faults: ['503'], brings: 'starting' },
  { shape: 'ecs', faults: ['error'], brings: 'starting' },
  { shape: 'ecs', faults: ['error=CredentialsUninitialized,times=2'], brings: 'credentials' },
  { shape: 'ecs', faults: ['error', 'malformed'], brings: 'server-error' },
  { shape: 'ecs', faults: ['error=NoIdInRequest'], brings: 'bad-request' },
  { shape: 'ecs', faults: ['no-role'], brings: 'bad-request' },
  { shape: 'ecs', faults: ['malformed'], brings: 'malformed' },
  { shape: 'ecs', faults: ['malformed,times=2'], brings: 'credentials' },
  { shape: 'ecs', faults: ['empty'], brings: 'malformed' },
  { shape: 'ecs', faults: ['truncate'], brings: 'unreachable' },
  { shape: 'ecs', faults: ['reset'], brings: 'unreachable' },
  { shape: 'ecs', faults: ['stall'], limits: NEVER_WAITS, brings: 'timeout' },
  { shape: 'ecs', faults: ['redirect'], brings: 'redirect' },
  { shape: 'ecs', faults: ['throttle=0.001'], brings: ['credentials', 'throttled', 'throttled'] },
  { shape: 'ecs', faults: ['frozen,from=5m'], brings: 'credentials' },
  { shape: 'ecs', faults: ['expired'], brings: 'credentials' },
  { shape: 'ecs', faults: ['alternate'], brings: 'credentials' },
  { shape: 'ecs', faults: ['renew'], brings: 'credentials' },
  { shape: 'ecs', faults: ['clock-skew=5m'], brings: 'credentials' },
  { shape: 'ecs', faults: ['clock-skew=5m', 'malformed'], brings: 'malformed' },
  { shape: 'ecs', faults: ['empty', 'clock-skew=5m'], brings: 'malformed' },
  { shape: 'eks', faults: [], brings: 'credentials' },
  { shape: 'eks', faults: ['400'], brings: 'auth-token-expired' },
  { shape: 'eks', faults: ['404'], brings: 'no-association' },
  { shape: 'eks', faults: ['429'], brings: 'throttled' },
  { shape: 'eks', faults: ['500'], brings: 'server-error' },
  { shape: 'eks', faults: ['503'], brings: 'server-error' },
  { shape: 'eks', faults: ['no-role'], brings: 'no-association' },
  { shape: 'eks', faults: ['error'], brings: 'no-association' },
  { shape: 'eks', faults: ['error=ExpiredTokenException'], brings: 'auth-token-expired' },
  { shape: 'eks', faults: ['error=InvalidTokenException'], brings: 'bad-request' },
  { shape: 'eks', faults: ['error=ThrottlingException'], brings: 'throttled' },
  { shape: 'eks', faults: ['malformed'], brings: 'malformed' },
  { shape: 'cloudshell', faults: [], brings: 'credentials' },
  { shape: 'cloudshell', faults: ['401'], brings: 'auth-rejected' },
  { shape: 'cloudshell', faults: ['503'], brings: 'server-error' },
  { shape: 'cloudshell', faults: ['no-role'], brings: 'no-association' },
  { shape: 'cloudshell', faults: ['error'], brings: 'error-document' },
  { shape: 'cloudshell', faults: ['malformed'], brings: 'malformed' },
];

/** The kinds that change the text of an answer: those are refused. */
const NOT_FOLLOWED = ['body', 'field', 'header'];

describe('what is pretended is what a poller records', () => {
  const cases = [...ON_IMDS, ...ON_CONTAINERS].map((each) => ({ shape: 'imds' as Shape, polls: 3, ...each }));
  const told = ({ shape, imds, faults, variants }: (typeof cases)[number]) =>
    [shape, imds, faults.join(' and ') || 'no fault', variants].filter(Boolean).join(', ');

  // At a desk every third one has to do, and what faults do together is tried below.
  const played = cases.filter((_, index) => isThorough || index % 3 === 0);
  test.each(played.map((each) => [told(each), each] as const))('%s', async (_, { brings, ...played }) => {
    const { pretended, recorded } = await bothWays(played);
    expect(recorded.map(word)).toEqual(Array.isArray(brings) ? brings : Array(played.polls).fill(brings));
    expect(pretended).toEqual(recorded);
  });

  test('of every kind of fault that is followed', () => {
    const kinds = new Set(cases.flatMap(({ faults }) => faults.map((spec) => parseFault(spec).effect.kind)));
    expect([...kinds, ...NOT_FOLLOWED].sort()).toEqual(Object.keys(FAULT_DEFINITIONS).sort());
  });

  test('whatever faults come together', async () => {
    const effect = fc.constantFrom(
      ...['400', '401', '403', '404', '405', '418', '429', '500', '503', 'reset', 'hop-limit=reset', 'error'],
      ...['error=CredentialsUninitialized', 'error=ExpiredTokenException', 'no-role', 'frozen', 'expired'],
      ...['alternate', 'renew', 'throttle=0.01', 'malformed', 'empty', 'truncate', 'redirect'],
      ...['clock-skew=5m', 'token-lifetime=0'],
    );
    const path = fc.constantFrom(
      '',
      '',
      `,path=${TOKEN}`,
      `,path=${LIST}`,
      `,path=${DOCUMENT}`,
      ',path=*cred*',
    );
    const share = fc.constantFrom('', '', ',share=50%', ',share=20%');
    const from = fc.constantFrom('', '', ',from=10m');
    const times = fc.constantFrom('', '', ',times=1', ',times=2', ',times=3', ',times=5');
    const fault = fc.tuple(effect, path, share, from, times).map((parts) => parts.join(''));
    const shape = fc.constantFrom<Shape>('imds', 'imds', 'imds', 'ecs', 'eks', 'cloudshell');
    const imds = fc.constantFrom('both' as const, 'v2' as const, 'v1' as const);
    const faults = fc.array(fault, { maxLength: 3 });
    const variants = fc.subarray(['throttle=503', 'bad-token=ignored', 'unauthorized=page', 'wire=http/1.0']);
    const played = fc.record({ shape, imds, faults, variants, seed: fc.string(), polls: fc.constant(5) });
    await fc.assert(
      fc.asyncProperty(played, async (each) => {
        const { pretended, recorded } = await bothWays(each);
        expect(pretended).toEqual(recorded);
      }),
      { numRuns: isThorough ? 100 : 15 },
    );
  });
});

describe('polls that never were', () => {
  const faults = ['503,share=30%', 'alternate,from=1h'];
  const DAY = 86_400;

  test('are the same twice with the same seed, and others with another', async () => {
    const [one, again, other] = await Promise.all(
      ['a', 'a', 'b'].map((seed) => pretend({ seed, faults, startedAt: START, rotationTiming: PACE }, DAY)),
    );
    expect(JSON.stringify(again)).toBe(JSON.stringify(one));
    const differing = <T>(of: (poll: SimulatedPoll) => T) =>
      one!.filter((poll, index) => of(poll) !== of(other![index]!)).length;
    expect(differing(({ observedAt }) => observedAt)).toBeGreaterThan(250);
    expect(differing(({ failure }) => failure)).toBeGreaterThan(0);
    const keys = new Set(one!.map(({ credentials }) => credentials?.accessKeyId));
    const shared = other!.filter(({ credentials }) => credentials && keys.has(credentials.accessKeyId));
    expect(shared).toEqual([]);
  });

  test.each([1, 2, 60, 300, 7200])(
    '%s s apart: in order, a moment late, none after the end',
    async (every) => {
      const { simulation } = await startSimulated({ startedAt: START });
      const until = START + 20 * every * 1000;
      const polls = [...simulatePolls({ simulation, every, from: START, until, seed: 'order' })];
      const late = polls.map(({ observedAt }, index) => observedAt - START - index * every * 1000);
      expect(late.every((each) => each >= 0 && each < Math.min(2, every) * 1000)).toBe(true);
      expect(new Set(late).size).toBeGreaterThan(10);
      expect(polls.at(-1)!.observedAt).toBeLessThanOrEqual(until);
      // The one that is due at the very end comes late.
      expect(polls).toHaveLength(20);
    },
  );

  test('and one poll where there is time for one', async () => {
    const { simulation } = await startSimulated({ startedAt: START });
    const polls = [
      ...simulatePolls({ simulation, every: 300, from: START, until: START + 2000, seed: 'one' }),
    ];
    expect(polls).toHaveLength(1);
  });

  test('follow the first shape', async () => {
    const { simulation } = await startSimulated({ startedAt: START, shapes: ['eks', 'imds'] });
    const [poll] = simulatePolls({ simulation, every: 300, from: START, until: START + 2000, seed: 'one' });
    expect(poll).toMatchObject({ source: 'container', apiVersion: '', role: '' });
  });
});

test.each(['body=x', 'field=Token', 'header=Date'])('the fault %s cannot be followed', (spec) => {
  const faults = [parseFault('503'), parseFault(spec)];
  expect(() => assertFaultsSupported(faults)).toThrow(CredWatchError);
  expect(() => assertFaultsSupported(faults)).toThrow(`--history does not follow the fault '${spec}'`);
  expect(() => assertFaultsSupported([parseFault('503')])).not.toThrow();
});
