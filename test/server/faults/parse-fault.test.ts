import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredWatchError } from '../../../src/errors.ts';
import { FAULT_DEFINITIONS, type FaultEffect } from '../../../src/server/faults/fault-definitions.ts';
import {
  buildFault,
  FAULT_CONDITIONS,
  type Fault,
  parseFault,
} from '../../../src/server/faults/parse-fault.ts';
import { catchError } from '../../support/catch-error.ts';

const ALWAYS = { share: 1, path: null, from: 0, until: null, times: null };

/** Every syntax of every kind. */
const EFFECTS: [spec: string, effect: FaultEffect][] = [
  ['400', { kind: 'status', status: 400 }],
  ['503', { kind: 'status', status: 503 }],
  ['status=404', { kind: 'status', status: 404 }],
  ['status=599', { kind: 'status', status: 599 }],
  ['error', { kind: 'error', code: null }],
  ['error=', { kind: 'error', code: null }],
  ['error=AssumeRoleUnauthorizedAccess', { kind: 'error', code: 'AssumeRoleUnauthorizedAccess' }],
  ['error=constructor', { kind: 'error', code: 'constructor' }],
  ['stall', { kind: 'stall', milliseconds: null }],
  ['stall=1500ms', { kind: 'stall', milliseconds: 1500 }],
  ['stall=0ms', { kind: 'stall', milliseconds: 0 }],
  ['stall=3s', { kind: 'stall', milliseconds: 3000 }],
  ['stall=1m30s', { kind: 'stall', milliseconds: 90_000 }],
  ['stall=PT2S', { kind: 'stall', milliseconds: 2000 }],
  ['stall=1h', { kind: 'stall', milliseconds: 3_600_000 }],
  ['stall=3600000ms', { kind: 'stall', milliseconds: 3_600_000 }],
  ['reset', { kind: 'reset' }],
  ['truncate', { kind: 'truncate' }],
  ['malformed', { kind: 'malformed' }],
  ['empty', { kind: 'empty' }],
  ['body', { kind: 'body', text: '' }],
  ['body=', { kind: 'body', text: '' }],
  ['body=<html>a=b</html>', { kind: 'body', text: '<html>a=b</html>' }],
  ['body={"Code":"Success","n":1}', { kind: 'body', text: '{"Code":"Success","n":1}' }],
  ['body=two\nlines, été', { kind: 'body', text: 'two\nlines, été' }],
  ['header=Date', { kind: 'header', name: 'Date', value: null }],
  ['header=Server:', { kind: 'header', name: 'Server', value: '' }],
  ['header=Server:Apache, old', { kind: 'header', name: 'Server', value: 'Apache, old' }],
  ['header=X-Two: a:b=c', { kind: 'header', name: 'X-Two', value: 'a:b=c' }],
  ['field=Token', { kind: 'field', name: 'Token', value: null }],
  ['field=Expiration:', { kind: 'field', name: 'Expiration', value: '' }],
  [
    'field=Expiration: 2020-01-01T00:00:00Z',
    { kind: 'field', name: 'Expiration', value: '2020-01-01T00:00:00Z' },
  ],
  ['field=Code:a\nb, c', { kind: 'field', name: 'Code', value: 'a\nb, c' }],
  ['redirect', { kind: 'redirect', location: '/elsewhere' }],
  ['redirect=/', { kind: 'redirect', location: '/' }],
  ['redirect=/latest/meta-data/?a=b,c', { kind: 'redirect', location: '/latest/meta-data/?a=b,c' }],
  ['no-role', { kind: 'no-role' }],
  ['frozen', { kind: 'frozen' }],
  ['expired', { kind: 'expired', seconds: 300 }],
  ['expired=0', { kind: 'expired', seconds: 0 }],
  ['expired=3h', { kind: 'expired', seconds: 10_800 }],
  ['alternate', { kind: 'alternate' }],
  ['renew', { kind: 'renew' }],
  ['throttle', { kind: 'throttle', perSecond: 40 }],
  ['throttle=1', { kind: 'throttle', perSecond: 1 }],
  ['throttle=0.5', { kind: 'throttle', perSecond: 0.5 }],
  ['throttle=.125', { kind: 'throttle', perSecond: 0.125 }],
  ['throttle=9999', { kind: 'throttle', perSecond: 9999 }],
  ['hop-limit', { kind: 'hop-limit', resets: false }],
  ['hop-limit=reset', { kind: 'hop-limit', resets: true }],
  ['token-lifetime=0', { kind: 'token-lifetime', seconds: 0 }],
  ['token-lifetime=90s', { kind: 'token-lifetime', seconds: 90 }],
  ['clock-skew=5m', { kind: 'clock-skew', seconds: 300 }],
  ['clock-skew=+5m', { kind: 'clock-skew', seconds: 300 }],
  ['clock-skew=-1h', { kind: 'clock-skew', seconds: -3600 }],
];

describe('the effect of a fault', () => {
  test.for(EFFECTS)('parseFault parses %s', ([spec, effect]) => {
    expect(parseFault(spec)).toEqual({ ...ALWAYS, spec, effect });
  });

  test('the examples above cover every kind', () => {
    expect(new Set(EFFECTS.map(([, { kind }]) => kind))).toEqual(new Set(Object.keys(FAULT_DEFINITIONS)));
  });

  test('every kind has a syntax that starts with its name, and a description', () => {
    for (const [kind, { syntax, description }] of Object.entries(FAULT_DEFINITIONS)) {
      expect(syntax.split(/[[=,]/)[0]).toBe(kind);
      expect(description.length).toBeGreaterThan(10);
    }
  });
});

/** Conditions of the fault `503`, and the parsed fields. */
const CONDITIONS: [conditions: string, fault: Partial<Fault>][] = [
  ['share=30%', { share: 0.3 }],
  ['share=0.0001%', { share: 0.000001 }],
  ['share=12.5%', { share: 0.125 }],
  ['share=100%', { share: 1 }],
  ['share=0.25', { share: 0.25 }],
  ['share=.5', { share: 0.5 }],
  ['share=1', { share: 1 }],
  ['path=/latest/api/token', { path: '/latest/api/token' }],
  ['path=*/security-credentials/*', { path: '*/security-credentials/*' }],
  ['path=/a,b=c?d', { path: '/a,b=c?d' }],
  ['from=2m', { from: 120_000 }],
  ['from=0', { from: 0 }],
  ['until=5m', { until: 300_000 }],
  ['for=90s', { until: 90_000 }],
  ['from=2m,for=3m', { from: 120_000, until: 300_000 }],
  ['for=3m,from=2m', { from: 120_000, until: 300_000 }],
  ['from=2m,until=PT5M', { from: 120_000, until: 300_000 }],
  ['times=1', { times: 1 }],
  ['times=999999999', { times: 999_999_999 }],
  ['share=30%,path=/a,from=1s,for=2s,times=3', { share: 0.3, path: '/a', from: 1000, until: 3000, times: 3 }],
];

describe('the conditions of a fault', () => {
  test.for(CONDITIONS)('parseFault parses 503,%s', ([conditions, fault]) => {
    const spec = `503,${conditions}`;
    expect(parseFault(spec)).toEqual({ ...ALWAYS, spec, effect: { kind: 'status', status: 503 }, ...fault });
  });

  test('the examples above cover every condition', () => {
    const covered = CONDITIONS.flatMap(([conditions]) =>
      conditions.split(',').map((each) => each.split('=')[0]!),
    );
    expect([...FAULT_CONDITIONS].filter((name) => !covered.includes(name))).toEqual([]);
  });

  test('a comma is part of the value unless a condition follows it', () => {
    expect(parseFault('body={"a":1,"b":2},share=30%,times=2')).toMatchObject({
      effect: { text: '{"a":1,"b":2}' },
      share: 0.3,
      times: 2,
    });
    expect(parseFault('header=Server:a,b,path=/x,y,from=1s')).toMatchObject({
      effect: { value: 'a,b' },
      path: '/x,y',
      from: 1000,
    });
    expect(parseFault('body=,share of nothing')).toMatchObject({
      effect: { text: ',share of nothing' },
      share: 1,
    });
  });

  test('spaces after a comma are ignored', () => {
    const { spec, ...fault } = parseFault('503, share=30%,  path=/a');
    expect(spec).toBe('503,share=30%,path=/a');
    expect(fault).toMatchObject({ effect: { status: 503 }, share: 0.3, path: '/a' });
  });

  test('buildFault does not split the effect at commas', () => {
    const fault = buildFault('body=a,share=5%', new Map([['times', '2']]));
    expect(fault).toMatchObject({ effect: { text: 'a,share=5%' }, share: 1, times: 2 });
  });
});

const CONDITION_NAMES = 'use one of share, path, from, until, for, times';
const KINDS = `use one of ${Object.keys(FAULT_DEFINITIONS).join(', ')}`;
const PATHS = 'use path=/latest/api/token or path=*/security-credentials/*';

const INVALID: [spec: string, message: string, hint: string][] = [
  ['', "unknown fault ''", KINDS],
  ['bogus', "unknown fault 'bogus'", KINDS],
  ['bogus=3', "unknown fault 'bogus'", KINDS],
  ['__proto__', "unknown fault '__proto__'", KINDS],
  ['toString', "unknown fault 'toString'", KINDS],
  ['5033', "unknown fault '5033'", KINDS],
  ['RESET', "unknown fault 'RESET'", KINDS],
  ['share=30%', "unknown fault 'share'", KINDS],
  ['503,shar=30%', "the fault '503' has the unknown condition 'shar'", CONDITION_NAMES],
  ['503, shar=30%', "the fault '503' has the unknown condition 'shar'", CONDITION_NAMES],
  ['stall=3s,shar=30%', "the fault 'stall=3s' has the unknown condition 'shar'", CONDITION_NAMES],
  ['reset,time=2,from=1s', "the fault 'reset' has the unknown condition 'time'", CONDITION_NAMES],
  ...['200', '399', '600', '999', 'status', 'status=abc', 'status=5e2'].map(invalidEffect),
  ...['error=not a code', `error=${'x'.repeat(65)}`].map(invalidEffect),
  ...['stall=2', 'stall=-1s', 'stall=1.5s', 'stall=61m', 'stall=3600001ms', 'stall=99999999ms'].map(
    invalidEffect,
  ),
  ...['reset=now', 'truncate=1', 'malformed=x', 'empty=x', 'no-role=x', 'frozen=1', 'alternate=2'].map(
    invalidEffect,
  ),
  ...['renew=x', 'expired=5', 'expired=-5m', 'hop-limit=drop'].map(invalidEffect),
  ...['header', 'header=', 'header=a b', 'header=X:a\r\nSet-Cookie: b', 'header=X:é'].map(invalidEffect),
  ...['field', 'field=', 'field=a-b', 'field=:x'].map(invalidEffect),
  ...['redirect=x', 'redirect=http://192.0.2.1/', 'redirect=//192.0.2.1/', 'redirect=/\\192.0.2.1/'].map(
    invalidEffect,
  ),
  ...['redirect=/a b', 'redirect=/a\r\nX: y'].map(invalidEffect),
  ...['throttle=0', 'throttle=-1', 'throttle=1e3', 'throttle=10000', 'throttle=x'].map(invalidEffect),
  ...['token-lifetime', 'token-lifetime=x', 'clock-skew', 'clock-skew=--5m', 'clock-skew=5'].map(
    invalidEffect,
  ),
  ...['share=0', 'share=0%', 'share=101%', 'share=1.1', 'share=30', 'share=-5%', 'share=', 'share=a%'].map(
    (condition) => invalidCondition(condition, 'use share=30%'),
  ),
  ...['path=', 'path=latest', 'path=/a b', 'path=/é', `path=/${'a'.repeat(201)}`].map((condition) =>
    invalidCondition(condition, PATHS),
  ),
  ...['from=2', 'from=-1s', 'from=1500ms', 'from='].map((condition) =>
    invalidCondition(condition, 'use from=2m, counted from the start'),
  ),
  ...['until=2', 'until=tomorrow'].map((condition) =>
    invalidCondition(condition, 'use until=5m, counted from the start'),
  ),
  ...['for=2', 'for=ever'].map((condition) => invalidCondition(condition, 'use for=3m')),
  ...['times=0', 'times=-1', 'times=1.5', 'times=1e3', 'times=twice', 'times=1000000000'].map((condition) =>
    invalidCondition(condition, 'use times=3'),
  ),
  ['503,until=5m,for=3m', "the fault '503' has both until and for", 'remove one of them'],
  ['503,from=5m,until=5m', "the fault '503' ends before it begins", 'use an until= that is later than from='],
  ['503,until=0', "the fault '503' ends before it begins", 'use an until= that is later than from='],
  ['503,for=0', "the fault '503' ends before it begins", 'use for=1s or more'],
  ['503,share=1%,share=2%', "the fault '503,share=1%,share=2%' has share twice", 'remove one share=…'],
];

function invalidEffect(spec: string): [string, string, string] {
  const kind = (/^\d/.test(spec) ? 'status' : spec.split('=')[0]) as keyof typeof FAULT_DEFINITIONS;
  const { syntax, description } = FAULT_DEFINITIONS[kind];
  return [spec, `invalid fault '${spec}'`, `use ${syntax}: ${description}`];
}

function invalidCondition(condition: string, hint: string): [string, string, string] {
  return [`503,${condition}`, `the fault '503' has the invalid condition ${condition}`, hint];
}

describe('parseFault rejects', () => {
  test.for(INVALID)('parseFault rejects %j', ([spec, message, hint]) => {
    const error = catchError(() => parseFault(spec));
    expect(error).toBeInstanceOf(CredWatchError);
    expect(error).toMatchObject({ message, hint });
  });

  test('parseFault rejects an invalid value, with a hint that shows the syntax', () => {
    expect(catchError(() => parseFault('stall=2h'))).toMatchObject({
      hint: 'use stall[=TIME]: delay the response (1500ms, 3s, at most 1h), or never respond',
    });
  });
});

describe('any fault', () => {
  const conditions = fc.record(
    {
      share: fc.oneof(
        fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%`),
        fc.integer({ min: 1, max: 999_999 }).map((part) => `0.${String(part).padStart(6, '0')}`),
      ),
      path: fc
        .string({ unit: fc.constantFrom(...'/*abc.,=+()[]{}|\\^$?~'), maxLength: 40 })
        .map((path) => `/${path}`),
      from: fc.integer({ min: 0, max: 3600 }).map((seconds) => `${seconds}s`),
      for: fc.integer({ min: 1, max: 3600 }).map((seconds) => `${seconds}s`),
      times: fc.integer({ min: 1, max: 1_000_000 }).map(String),
    },
    { requiredKeys: [] },
  );
  const text = fc.string({ unit: fc.constantFrom(...'abc ,:="{}éß\n'), maxLength: 30 });
  const effects = fc.oneof(
    fc.constantFrom(...EFFECTS.map(([spec]) => spec)),
    text.map((body) => `body=${body}`),
    text.map((value) => `field=Token:${value}`),
  );

  test('the spec of a parsed fault parses to the same fault', () => {
    fc.assert(
      fc.property(effects, conditions, (effect, given) => {
        const written = [effect, ...Object.entries(given).map(([name, value]) => `${name}=${value}`)].join(
          ',',
        );
        const fault = parseFault(written);
        expect(fault.spec).toBe(written);
        expect(parseFault(fault.spec)).toEqual(fault);
        expect(buildFault(effect, new Map(Object.entries(given)))).toEqual(fault);
      }),
    );
  });

  test('the order of conditions does not matter', () => {
    fc.assert(
      fc.property(effects, conditions, (effect, given) => {
        const entries = Object.entries(given);
        const { spec: _one, ...fault } = buildFault(effect, new Map(entries));
        const { spec: _other, ...reversed } = buildFault(effect, new Map(entries.reverse()));
        expect(reversed).toEqual(fault);
      }),
    );
  });

  test('any text is parsed or rejected with a hint', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'503=,share%path/for*') })),
        (spec) => {
          try {
            parseFault(spec);
          } catch (error) {
            if (!(error instanceof CredWatchError)) throw error;
            expect(error.hint).toMatch(/^\S/);
          }
        },
      ),
    );
  });
});
