import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { parseCredentialsDocument } from '../../src/sources/document/credentials-document.ts';
import type { Endpoint, HttpExchange, HttpResponse } from '../../src/sources/http/exchange.ts';
import { OngoingPoll, runPoll } from '../../src/sources/poll.ts';
import { PollError, type RetryPolicy } from '../../src/sources/poll-error.ts';
import type { SourceOptions } from '../../src/sources/source.ts';
import { CANARIES, codes, document } from '../support/sources/polling.ts';

const NOW = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;
const ENDPOINT: Endpoint = { url: new URL('http://127.0.0.1'), resolveAddresses: async () => ['127.0.0.1'] };
const REQUEST = { method: 'GET', path: '/', headers: {} } as const;

/** A clock that stands still. `pauses` has the requested sleeps, which end at once or when they are aborted. */
function createClock(endsAtOnce: (milliseconds: number) => boolean = (milliseconds) => milliseconds <= 1000) {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => NOW,
    sleep: async (milliseconds, signal) => {
      pauses.push(milliseconds);
      if (endsAtOnce(milliseconds) || signal?.aborted) return;
      await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
    },
  };
  return { clock, pauses };
}

const createOptions = (more: Partial<SourceOptions> = {}): SourceOptions => ({
  env: {},
  clock: createClock().clock,
  random: () => 1,
  ...more,
});

const response = (clockOffset: number | null): HttpResponse => ({
  status: 200,
  getHeader: () => null,
  body: '',
  receivedAt: NOW,
  clockOffset,
});

/** A poll whose exchanges return these responses or throw these errors, in order. */
function createPoll(results: (HttpResponse | Error)[], more: Partial<SourceOptions> = {}) {
  const left = [...results];
  const exchange: HttpExchange = async () => {
    const result = left.shift();
    if (result === undefined || result instanceof Error) throw result;
    return result;
  };
  const stop = new AbortController();
  return { poll: new OngoingPoll(createOptions({ exchange, ...more }), stop.signal), stop };
}

describe('attempts', () => {
  const attemptUntilError = async (retry: RetryPolicy, attempts: number) => {
    const { clock, pauses } = createClock();
    const { poll } = createPoll([], { clock, limits: { attempts } });
    let calls = 0;
    const attempt = async () => {
      calls += 1;
      throw new PollError('server-error', '', { retry });
    };
    await expect(poll.withRetries(attempt)).rejects.toThrow(PollError);
    expect(pauses).toHaveLength(calls - 1);
    return calls;
  };

  test.each<[retry: RetryPolicy, attempts: number, calls: number]>([
    ['never', 3, 1],
    ['once', 3, 2],
    ['once', 2, 2],
    ['once', 1, 1],
    ['always', 1, 1],
    ['always', 2, 2],
    ['always', 4, 4],
  ])('with the retry policy %s and a limit of %d, there are %d attempts', async (retry, attempts, calls) => {
    expect(await attemptUntilError(retry, attempts)).toBe(calls);
  });

  test('by default, there are 3 attempts', async () => {
    const { poll } = createPoll([]);
    expect(poll.limits).toEqual({ connectMs: 1000, requestMs: 2000, pollMs: 10_000, attempts: 3 });
  });

  test('the given retry policy replaces the policy of the error', async () => {
    const { poll } = createPoll([]);
    let calls = 0;
    const attempt = async () => {
      calls += 1;
      throw new PollError('server-error', '', { retry: 'always' });
    };
    await expect(poll.withRetries(attempt, () => 'once')).rejects.toThrow(PollError);
    expect(calls).toBe(2);
  });

  test('the first success ends the attempts', async () => {
    const { poll } = createPoll([]);
    let calls = 0;
    const result = await poll.withRetries(async () => {
      calls += 1;
      if (calls === 1) throw new PollError('server-error', '', { retry: 'always' });
      return calls;
    });
    expect(result).toBe(2);
  });

  test('pauses grow from 100 ms to 1 s and are multiplied by the random number', async () => {
    const { clock, pauses } = createClock();
    const { poll } = createPoll([], { clock, random: () => 0.75, limits: { attempts: 7 } });
    const attempt = () => Promise.reject(new PollError('server-error', '', { retry: 'always' }));
    await expect(poll.withRetries(attempt)).rejects.toThrow(PollError);
    expect(pauses).toEqual([75, 150, 300, 600, 750, 750]);
  });

  test('an attempt that fails after the end of the poll is not repeated, without a pause', async () => {
    const { clock, pauses } = createClock();
    const { poll, stop } = createPoll([], { clock });
    const attempt = async () => {
      stop.abort();
      throw new PollError('server-error', '', { retry: 'always' });
    };
    await expect(poll.withRetries(attempt)).rejects.toThrow(PollError);
    expect(pauses).toEqual([]);
  });

  test('a poll that ends during a pause makes no further attempt', async () => {
    const { clock } = createClock(() => false);
    const { poll, stop } = createPoll([], { clock });
    let calls = 0;
    const attempts = poll.withRetries(async () => {
      calls += 1;
      throw new PollError('throttled', '', { retry: 'always' });
    });
    setImmediate(() => stop.abort());
    await expect(attempts).rejects.toMatchObject({ reason: 'throttled' });
    expect(calls).toBe(1);
  });

  test('an error that is not a PollError is not retried', async () => {
    const { poll } = createPoll([]);
    let calls = 0;
    const attempt = async () => {
      calls += 1;
      throw new TypeError('a defect');
    };
    await expect(poll.withRetries(attempt)).rejects.toThrow('a defect');
    expect(calls).toBe(1);
  });
});

describe('requests of a poll', () => {
  test('a request gets the clock, the signal and the limits of the poll', async () => {
    const { clock } = createClock();
    const contexts: Parameters<HttpExchange>[2][] = [];
    const exchange: HttpExchange = async (_, __, context) => {
      contexts.push(context);
      return response(null);
    };
    const { poll } = createPoll([], { clock, exchange, limits: { requestMs: 700, connectMs: 5 } });
    await poll.sendRequest(ENDPOINT, REQUEST);
    await poll.sendRequest(ENDPOINT, REQUEST, 300);
    const limits = { connectMs: 5, requestMs: 700, pollMs: 10_000, attempts: 3 };
    expect(contexts).toEqual([
      { limits, clock, signal: poll.signal },
      { limits: { ...limits, requestMs: 300 }, clock, signal: poll.signal },
    ]);
  });

  test('a response without an offset keeps the offset of the response before', async () => {
    const { poll } = createPoll([response(null), response(5), response(null), response(0)]);
    const offsets = [];
    for (let index = 0; index < 4; index += 1) {
      await poll.sendRequest(ENDPOINT, REQUEST);
      offsets.push(poll.clockOffset);
    }
    expect(offsets).toEqual([null, 5, 5, 0]);
  });

  test.each<[name: string, error: Error, hasTimedOut: boolean]>([
    ['a time-out', new PollError('timeout', '', { isTimeout: true }), true],
    ['a lost connection', new PollError('unreachable', '', { isResponseMissing: true }), false],
    ['a defect', Object.assign(new Error('a defect'), { isTimeout: true }), false],
  ])('after %s, the poll has no response', async (_, error, hasTimedOut) => {
    const { poll } = createPoll([error, response(null)]);
    await expect(poll.sendRequest(ENDPOINT, REQUEST)).rejects.toBe(error);
    expect(poll).toMatchObject({ hasResponded: false, hasTimedOut });
    await poll.sendRequest(ENDPOINT, REQUEST);
    expect(poll).toMatchObject({ hasResponded: true, hasTimedOut });
  });

  test('an optional request does not change a known clock offset', async () => {
    const { poll } = createPoll([response(5), response(9), new PollError('timeout', '')]);
    const send = () => poll.sendRequest(ENDPOINT, REQUEST);
    await send();
    expect(await poll.tryRequest(send)).toMatchObject({ clockOffset: 9 });
    expect(poll.clockOffset).toBe(5);
    expect(await poll.tryRequest(send)).toBeNull();
    expect(poll.clockOffset).toBe(5);
  });

  test('an optional request sets an unknown clock offset', async () => {
    const { poll } = createPoll([response(9)]);
    await poll.tryRequest(() => poll.sendRequest(ENDPOINT, REQUEST));
    expect(poll.clockOffset).toBe(9);
  });

  test('a defect in an optional request is thrown', async () => {
    const { poll } = createPoll([new TypeError('a defect')]);
    await expect(poll.tryRequest(() => poll.sendRequest(ENDPOINT, REQUEST))).rejects.toThrow('a defect');
  });
});

describe('the outcome of a poll', () => {
  const runWith = (
    changes: Record<string, unknown>,
    prepare: (poll: OngoingPoll) => void = () => {},
    notes: Parameters<typeof runPoll>[2] = [],
  ) =>
    runPoll(createOptions(), undefined, notes, async (poll) => {
      prepare(poll);
      return { document: parseCredentialsDocument(document(changes), 'never'), observedAt: NOW };
    });

  test('a success has the state of the poll, and first the notes on its settings', async () => {
    const outcome = await runWith(
      { Expiration: '2026-11-22T06:23:11' },
      (poll) => {
        poll.identity.role = 'loader';
        poll.accountId = '123456789012';
        poll.clockOffset = 7;
        poll.notes.add({ code: 'TWO_URIS_SET' });
        poll.notes.add({ code: 'TWO_TOKENS_SET' });
        poll.notes.add({ code: 'TWO_URIS_SET' });
      },
      [{ code: 'CONTAINER_HIDES_IMDS' }, { code: 'TWO_TOKENS_SET' }],
    );
    expect(outcome).toMatchObject({
      ok: true,
      identity: { apiVersion: null, role: 'loader', host: null, source: null },
      accountId: '123456789012',
      observedAt: NOW,
      clockOffset: 7,
    });
    expect(codes(outcome)).toEqual([
      'CONTAINER_HIDES_IMDS',
      'TWO_TOKENS_SET',
      'TWO_URIS_SET',
      'ZONELESS_TIME',
    ]);
  });

  test.each([
    [36 * 3600, []],
    [36 * 3600 + 1, [{ code: 'IMPLAUSIBLE_EXPIRATION', validitySeconds: 36 * 3600 + 1 }]],
  ])('a validity of %d seconds has the notes %j', async (seconds, notes) => {
    const Expiration = new Date(NOW + seconds * 1000).toISOString();
    expect((await runWith({ Expiration, LastUpdated: undefined })).notes).toEqual(notes);
  });

  test('an implausible clock offset is reported as a note and not as an offset', async () => {
    for (const clockOffset of [40 * 3600, -40 * 3600]) {
      // Both dates contradict the document: one is before its issue, the other one long after its expiration.
      const Expiration = new Date(NOW + (clockOffset > 0 ? HOUR : -29 * 24 * HOUR)).toISOString();
      const outcome = await runWith({ Expiration, LastUpdated: undefined }, (poll) => {
        poll.clockOffset = clockOffset;
      });
      expect(outcome.clockOffset).toBeNull();
      expect(outcome.notes).toEqual([{ code: 'DATE_NOT_BELIEVED', offsetSeconds: 40 * 3600 }]);
    }
  });

  test('a failure has the state of the poll and the facts of the error', async () => {
    const misconfiguration = { code: 'NEEDS_AWS_CALL' } as const;
    const outcome = await runPoll(createOptions(), undefined, [{ code: 'TWO_URIS_SET' }], async (poll) => {
      poll.possibleHopLimit = true;
      poll.identity.apiVersion = '2';
      poll.accountId = '123456789012';
      poll.clockOffset = 40 * 3600;
      const facts = { accessKeyId: 'ASIA', expiration: 5, misconfiguration, quotation: 'why' };
      throw new PollError('malformed', 'HTTP 200', facts);
    });
    expect(outcome).toEqual({
      ok: false,
      reason: 'malformed',
      detail: 'HTTP 200: why',
      misconfiguration,
      accessKeyId: 'ASIA',
      expiration: 5,
      possibleHopLimit: true,
      identity: { apiVersion: '2', role: null, host: null, source: null },
      observedAt: NOW,
      clockOffset: 40 * 3600,
      accountId: '123456789012',
      notes: [{ code: 'TWO_URIS_SET' }],
    });
  });

  test.each<[detail: string, quotation: string | null, expected: string]>([
    ['HTTP 500', null, 'HTTP 500'],
    ['HTTP 500', '', 'HTTP 500'],
    ['HTTP 500', ' why\nnot ', 'HTTP 500: why not'],
    ['', 'why', 'why'],
    ['', null, ''],
    ['HTTP 500', `no ${CANARIES[0]}`, 'HTTP 500: no [redacted]'],
    ['a'.repeat(150), ' why'.repeat(30), `${'a'.repeat(150)}:${' why'.repeat(12)} `.slice(0, 200)],
  ])('the detail %j with the quotation %j is %j', async (detail, quotation, expected) => {
    const outcome = await runPoll(createOptions(), undefined, [], async (poll) => {
      poll.secrets.add(CANARIES[0]);
      throw new PollError('server-error', detail, { quotation });
    });
    expect(outcome).toMatchObject({ detail: expected });
  });

  test('a defect is thrown', async () => {
    const poll = runPoll(createOptions(), undefined, [], () => Promise.reject(new TypeError('a defect')));
    await expect(poll).rejects.toThrow('a defect');
  });
});

describe('the end of a poll', () => {
  test('a poll ends at its time limit even if it ignores its signal', async () => {
    const { clock, pauses } = createClock(() => true);
    const options = createOptions({ clock, limits: { pollMs: 4321 } });
    const outcome = await runPoll(options, undefined, [], () => new Promise(() => {}));
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout', detail: 'the poll ran out of time' });
    expect(pauses).toEqual([4321]);
  });

  test('an error that follows from the end of the poll is reported instead of the time limit', async () => {
    const options = createOptions({ clock: createClock(() => true).clock });
    const outcome = await runPoll(options, undefined, [], async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new PollError('throttled', 'more exact');
    });
    expect(outcome).toMatchObject({ reason: 'throttled', detail: 'more exact' });
  });

  test('an aborted signal ends the poll before and during its work', async () => {
    const stop = new AbortController();
    const never = () => new Promise<never>(() => {});
    const poll = runPoll(createOptions(), stop.signal, [], never);
    setImmediate(() => stop.abort());
    expect(await poll).toMatchObject({ reason: 'timeout' });
    expect(await runPoll(createOptions(), stop.signal, [], never)).toMatchObject({ reason: 'timeout' });
  });

  test('a finished poll has aborted its signal, and does not listen to the signal of the caller', async () => {
    const stop = new AbortController();
    let own: AbortSignal | null = null;
    await runPoll(createOptions(), stop.signal, [], async ({ signal }) => {
      own = signal;
      expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
      throw new PollError('not-found', '');
    });
    expect(own).toMatchObject({ aborted: true, reason: 'the poll is over' });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});
