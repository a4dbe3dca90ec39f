import { describe, expect, test } from 'vitest';
import type { Sample, SourceName } from '../../../../src/domain/model.ts';
import { analyse } from '../../../../src/domain/verdict/analyse.ts';
import { judgeNow } from '../../../../src/domain/verdict/endpoints/judge-now.ts';
import { createHistory } from '../../../support/domain/history.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Key and expiration in minutes after the start. */
type Credentials = readonly [key: string, expiration: number];

/** Two endpoints with credentials of their own: one of them has less time left. */
const GOOD: Credentials = ['ASIAGOOD', 360];
const SHORT: Credentials = ['ASIASHORT', 90];
const EXPIRED: Credentials = ['ASIAEXPIRED', -60];

const sample = ([accessKeyId, expiration]: Credentials, minute: number): Sample => ({
  accessKeyId,
  lastUpdated: null,
  expiration: START + expiration * MINUTE,
  zoneless: false,
  observedAt: START + minute * MINUTE,
  clockOffset: 0,
});

/** Samples one minute apart. */
const every = (from: number, ...credentials: Credentials[]) =>
  credentials.map((each, index) => sample(each, from + index));

const repeat = (credentials: Credentials, count: number) => Array.from({ length: count }, () => credentials);

interface Case {
  arePassed?: boolean;
  source?: SourceName;
}

/** Judges a job of 30 minutes that starts at the newest sample, with the credentials of this sample. */
function judge(samples: readonly Sample[], { arePassed = false, source = 'container' }: Case = {}) {
  const identity = { host: 'h', source, apiVersion: '', role: 'loader' };
  const credentials = samples.at(-1)!;
  const at = credentials.observedAt;
  const analysis = analyse(createHistory(samples, identity), { now: at, maxAge: 'default' });
  const job = { duration: 1800, margin: 0 };
  return judgeNow({ identity, credentials }, { job, at, analysis, arePassed });
}

describe('a job whose request may reach another endpoint', () => {
  test('is not safe if another endpoint serves expired credentials', () => {
    const samples = every(0, GOOD, EXPIRED, GOOD);
    expect(judge(samples)).toMatchObject({
      verdict: 'not-safe',
      credentials: { accessKeyId: 'ASIAEXPIRED' },
      returned: { accessKeyId: 'ASIAGOOD' },
      remaining: -3720,
      safeUntil: null,
    });
  });

  test('is safe only as long as the credentials of each endpoint last', () => {
    expect(judge(every(0, GOOD, SHORT, GOOD))).toMatchObject({
      verdict: 'safe',
      credentials: { accessKeyId: 'ASIASHORT' },
      returned: { accessKeyId: 'ASIAGOOD' },
      spare: (88 - 30) * 60,
      safeUntil: START + 60 * MINUTE,
    });
  });

  test('is judged by its own credentials if they expire first', () => {
    expect(judge(every(0, EXPIRED, GOOD, EXPIRED))).toMatchObject({
      verdict: 'not-safe',
      credentials: { accessKeyId: 'ASIAEXPIRED' },
      returned: null,
    });
  });

  test('is unknown if no recent sample has the credentials of another endpoint', () => {
    const samples = [...every(0, GOOD, SHORT, GOOD), sample(['ASIANEW', 600], 200)];
    expect(judge(samples)).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'SEVERAL_ENDPOINTS' },
      credentials: { accessKeyId: 'ASIANEW' },
      outlook: 'unknown',
      safeUntil: null,
    });
  });

  test('is unknown if the only other recent credentials are those before a rotation of the same endpoint', () => {
    const rotated = [...every(0, GOOD, EXPIRED, ...repeat(GOOD, 28)), ...every(30, ['ASIANEW', 600])];
    expect(judge(rotated)).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'SEVERAL_ENDPOINTS' },
      safeUntil: null,
    });
    const soonAfter = every(0, ...repeat(GOOD, 20), EXPIRED, GOOD, ['ASIANEW', 600]);
    expect(judge(soonAfter)).toMatchObject({
      verdict: 'not-safe',
      credentials: { accessKeyId: 'ASIAEXPIRED' },
    });
  });

  test('is not safe if its own credentials are too short and the others are not known', () => {
    const samples = [...every(0, GOOD, SHORT, GOOD), sample(['ASIANEW', 220], 200)];
    expect(judge(samples)).toMatchObject({ verdict: 'not-safe', unknownReason: null });
  });

  test('is judged by one endpoint after an hour without a sign of another one', () => {
    const judgeAfter = (minutes: number) => judge(every(0, GOOD, SHORT, ...repeat(GOOD, minutes)));
    expect(judgeAfter(5)).toMatchObject({ verdict: 'safe', returned: { accessKeyId: 'ASIAGOOD' } });
    expect(judgeAfter(59)).toMatchObject({
      verdict: 'unknown',
      unknownReason: { code: 'SEVERAL_ENDPOINTS' },
    });
    expect(judgeAfter(62)).toMatchObject({ verdict: 'safe', returned: null });
  });

  test('is unknown for longer if samples are rare', () => {
    const rare = (count: number) =>
      judge(
        [
          sample(GOOD, 0),
          sample(SHORT, 10),
          ...repeat(GOOD, count).map((each, index) => sample(each, 20 + index * 10)),
        ].map((each) => ({ ...each, expiration: each.expiration + 600 * MINUTE })),
      );
    expect(rare(59).verdict).toBe('unknown');
    expect(rare(61).verdict).toBe('safe');
  });

  test('is unknown however long nothing was sampled', () => {
    const samples = [...every(0, GOOD, SHORT, GOOD), sample(['ASIANEW', 9000], 8000)];
    expect(judge(samples).verdict).toBe('unknown');
  });
});

describe('a job that gets the judged credentials', () => {
  test('is safe if they last, whatever another endpoint serves', () => {
    expect(judge(every(0, GOOD, EXPIRED, GOOD), { arePassed: true })).toMatchObject({
      verdict: 'safe',
      credentials: { accessKeyId: 'ASIAGOOD' },
      returned: null,
    });
  });

  test('is judged by the credentials of its own file or variables', () => {
    expect(judge(every(0, GOOD, EXPIRED, GOOD), { source: 'profile' })).toMatchObject({
      verdict: 'safe',
      returned: null,
    });
  });
});
