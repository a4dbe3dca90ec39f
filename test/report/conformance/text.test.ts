import { describe, expect, test } from 'vitest';
import type {
  CheckFailure,
  ConformanceRun,
  FailureFact,
} from '../../../src/domain/conformance/check-result.ts';
import { CONFORMANCE_CLIENTS, EFFECTS } from '../../../src/domain/conformance/clients.ts';
import { renderConformanceText } from '../../../src/report/conformance/text.ts';
import { describeClientSummary, describeEffect } from '../../../src/report/messages/conformance/clients.ts';
import { describeExpected, describeFound } from '../../../src/report/messages/conformance/failures.ts';

const HOSTILE = 'a\u001b[31m\u202eb';

const fact: FailureFact = {
  code: 'UNEXPECTED_FIELD',
  field: 'Code',
  value: HOSTILE,
  expected: 'success',
};

const createRun = (failures: readonly CheckFailure[]): ConformanceRun => ({
  endpoint: 'http://127.0.0.1:1338',
  shape: 'imds',
  startedAt: 0,
  durationMs: 2000,
  requestCount: 1,
  exchanges: [
    {
      number: 1,
      method: 'GET',
      path: `/${HOSTILE}`,
      requestHeaders: [],
      startedAt: 0,
      durationMs: 3,
      response: { status: 200, headers: [['x-hostile', HOSTILE]], bodyLength: 12 },
    },
  ],
  results: [{ id: 'document-code', outcome: 'failed', failures, exchanges: [1] }],
  notes: [{ code: 'ERROR_DOCUMENT', errorCode: HOSTILE }],
  watch: null,
  unreachable: null,
});

const render = (run: ConformanceRun, hasColour = false) =>
  renderConformanceText(
    { run, verdict: 'does-not-conform', isStrict: false },
    { width: 100, hasColour, isAsciiOnly: false },
  );

describe('the text', () => {
  test('the text escapes what the endpoint states', () => {
    const text = render(createRun([{ ...fact, exchange: 1, effects: [] }]));
    expect(text).toContain('found           Code is "a\\u{1b}[31m\\u{202e}b"');
    expect(text).toContain('x-hostile: a\\u{1b}[31m\\u{202e}b');
    expect(text).toContain('note: the endpoint serves no credentials, but the error a\\u{1b}');
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
  });

  test('the text counts failures after the third, and shows each effect once', () => {
    const failure = { ...fact, exchange: null, effects: [{ effect: 'delays', clients: ['go'] }] } as const;
    const text = render(createRun([failure, failure, failure, failure, failure]));
    expect(text.match(/found/g)).toHaveLength(3);
    expect(text).toContain('  and 2 more failures\n');
    expect(text.match(/effect {10}Go waits for the endpoint/g)).toHaveLength(1);
  });

  test.each([
    ['region-metadata', '/latest/meta-data/placement/region', '--region'],
    ['instance-metadata', '/latest/meta-data/iam/info', '--tree'],
  ] as const)('the text has a fix for %s', (id, path, flag) => {
    const failures = [{ ...fact, exchange: null, effects: [] }];
    const results = [{ id, outcome: 'failed' as const, failures, exchanges: [] }];
    const text = render({ ...createRun([]), results });
    const fix = text.slice(text.indexOf('\n  fix  ')).replace(/\s+/g, ' ');
    expect(fix).toContain(path);
    expect(fix).toContain(flag);
    expect(render(createRun([{ ...fact, exchange: null, effects: [] }]))).not.toContain('\n  fix ');
  });

  test('the text has colours only on request', () => {
    expect(render(createRun([]), true)).toContain('\u001b[31m');
    expect(render(createRun([]))).not.toContain('\u001b');
  });
});

describe('sentences', () => {
  test.each(EFFECTS)('the effect %s has a sentence for one client, for several and for all', (effect) => {
    const [one, several, all] = [['go'], ['go', 'rust'], 'all' as const].map((clients) =>
      describeEffect({ effect, clients: clients as readonly ['go'] | 'all' }),
    );
    expect(one).toMatch(/^Go \w+/);
    expect(several).toMatch(/^Go and Rust \w+/);
    expect(all).not.toMatch(/undefined|Go/);
  });

  test('the summary of a client names the remaining validity', () => {
    const effects = [
      { effect: 'extends-expiration', below: 1500, checks: [] },
      { effect: 'requests-at-every-call', below: 900, checks: [] },
    ] as const;
    expect(describeClientSummary({ client: 'botocore', effects }, true)).toBe(
      'works, but extends the expiration below 25m, so it can use expired credentials; ' +
        'requests credentials at every call below 15m',
    );
  });

  test.each(CONFORMANCE_CLIENTS)('the summary does not say that %s works without credentials', (client) => {
    const effects = [{ effect: 'no-credentials', below: null, checks: [] }] as const;
    expect(describeClientSummary({ client, effects }, true)).toBe('gets no credentials');
    expect(describeClientSummary({ client, effects: [] }, false)).not.toMatch(/^works/);
  });

  test.each<[FailureFact, string, string]>([
    [{ code: 'NO_RESPONSE', reason: 'timeout' }, 'no response in time', 'a response'],
    [
      { code: 'UNEXPECTED_STATUS', status: 500, expected: [403, 404, 405] },
      'status 500',
      'status 403, 404 or 405',
    ],
    [
      { code: 'REQUEST_ACCEPTED', status: 200 },
      'the request was accepted with status 200',
      'the request is refused',
    ],
    [
      { code: 'UNEXPECTED_HEADER', header: 'allow', value: null, expected: 'allows-put' },
      'no header allow',
      'allow: a list that contains PUT',
    ],
    [
      { code: 'UNEXPECTED_BODY', problem: 'line-end' },
      'the body ends with a line end or a space',
      'no line end',
    ],
    [
      { code: 'REDIRECT_TO_OTHER_HOST', host: 'x' },
      'a redirect to x',
      'the list, or a redirect to the same host',
    ],
    [
      { code: 'CREDENTIALS_EXPIRED', agoSeconds: 60 },
      'the credentials expired 1m ago',
      'an expiration in the future',
    ],
    [
      { code: 'RESPONSE_SLOW', milliseconds: 1500, limitMilliseconds: 500, concurrentCount: 20 },
      'a response took 1500 ms with 20 requests at the same time',
      'less than 500 ms',
    ],
    [{ code: 'KEY_NOT_STABLE' }, 'each response has another key', 'the key changes only at a rotation'],
  ])('%j has its sentences', (each, found, expected) => {
    expect([describeFound(each), describeExpected(each)]).toEqual([found, expected]);
  });
});
