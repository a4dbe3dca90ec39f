import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/server/credentials/seeded-random.ts';
import { FaultPlan, NO_FAULTS, type RequestFaults } from '../../../src/server/faults/fault-plan.ts';
import { parseFault } from '../../../src/server/faults/parse-fault.ts';
import { isThorough } from '../../support/thorough.ts';

const START = Date.UTC(2026, 10, 22, 10, 0, 0, 250);
const PATH = '/latest/meta-data/instance-id';

const createPlan = (specs: readonly string[], seed = 'seed') =>
  new FaultPlan(specs.map(parseFault), START, new SeededRandom(seed));

/** Sends `count` requests at one time. Returns `x` for each request with a fault and `.` for each without. */
function hits(plan: FaultPlan, count: number, { path = PATH, at = 0 } = {}): string {
  const one = () => (plan.selectFaults(path, START + at) === NO_FAULTS ? '.' : 'x');
  return Array.from({ length: count }, one).join('');
}

/** Sends one request at each time. */
const hitsAt = (plan: FaultPlan, moments: readonly number[]) =>
  moments.map((at) => hits(plan, 1, { at })).join('');

const countFaults = (text: string) => text.replaceAll('.', '').length;

describe('a fault with from and until', () => {
  test('a fault with from and until applies from the first millisecond and until the end, exclusively', () => {
    for (const spec of ['503,from=2m,until=5m', '503,from=2m,for=3m']) {
      expect(hitsAt(createPlan([spec]), [119_999, 120_000, 299_999, 300_000])).toBe('.xx.');
    }
  });

  test('a fault with from and until applies from the start without `from`, and forever without an end', () => {
    expect(hitsAt(createPlan(['503,until=1m']), [-1, 0, 59_999, 60_000])).toBe('.xx.');
    expect(hitsAt(createPlan(['503,from=1m']), [0, 59_999, 60_000, 1e12])).toBe('..xx');
    expect(hitsAt(createPlan(['503']), [-1, 0, 1e12])).toBe('.xx');
  });

  test('a fault with from and until applies again if the clock goes back', () => {
    expect(hitsAt(createPlan(['503,from=1m,for=1m']), [60_000, 120_000, 90_000, 0])).toBe('x.x.');
  });

  test('a fault with from and until reports when it began for every request', () => {
    const plan = createPlan(['frozen,from=2m', 'expired']);
    const faults = plan.selectFaults(PATH, START + 500_000);
    expect(faults.get('frozen')?.since).toBe(START + 120_000);
    expect(faults.get('expired')?.since).toBe(START);
  });

  test('a fault with from and until does not count requests outside its time towards `times`', () => {
    const plan = createPlan(['503,from=1m,times=2']);
    expect(countFaults(hits(plan, 10))).toBe(0);
    expect(countFaults(hits(plan, 10, { at: 60_000 }))).toBe(2);
  });
});

describe('a fault with a share', () => {
  // With 4000 requests, seven standard deviations are at most 5.6 %, which no seed reaches.
  test.for([
    ['1%', 0.01],
    ['30%', 0.3],
    ['0.5', 0.5],
    ['95%', 0.95],
  ] as const)(
    'a fault with a share of %s applies to about that share of requests with any seed',
    ([share, expected]) => {
      fc.assert(
        fc.property(fc.string(), (seed) => {
          const affected = countFaults(hits(createPlan([`503,share=${share}`], seed), 4000)) / 4000;
          expect(Math.abs(affected - expected)).toBeLessThan(
            7 * Math.sqrt((expected * (1 - expected)) / 4000),
          );
        }),
        { numRuns: isThorough ? 15 : 3 },
      );
    },
  );

  test('a fault with a share of 100% applies to all requests', () => {
    expect(countFaults(hits(createPlan(['503,share=100%']), 500))).toBe(500);
  });

  test('a fault with a share applies to the same requests with the same seed, and to others with another seed', () => {
    const [one, same, other] = ['a', 'a', 'b'].map((seed) => hits(createPlan(['503,share=50%'], seed), 200));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('a fault with a share depends on the order of requests and not on the time', () => {
    const [at, later] = [0, 1e9].map((moment) => hits(createPlan(['503,share=50%']), 200, { at: moment }));
    expect(later).toEqual(at);
  });

  test('a fault with a share counts only requests that match the fault', () => {
    const alone = hits(createPlan(['503,share=50%,path=/a']), 100, { path: '/a' });
    const plan = createPlan(['503,share=50%,path=/a']);
    const among = Array.from({ length: 100 }, () => {
      hits(plan, 3, { path: '/b' });
      return hits(plan, 1, { path: '/a' });
    });
    expect(among.join('')).toBe(alone);
  });
});

describe('a fault with times', () => {
  test('a fault with times applies to the first matching requests', () => {
    expect(hits(createPlan(['503,times=2']), 5)).toBe('xx...');
  });

  test('a fault with times counts affected requests only, if it also has a share', () => {
    const unlimited = hits(createPlan(['503,share=10%']), 1000);
    let left = 5;
    const first = unlimited.replace(/x/g, () => (left-- > 0 ? 'x' : '.'));
    expect(first.slice(0, 5)).toContain('.');
    expect(hits(createPlan(['503,share=10%,times=5']), 1000)).toBe(first);
  });

  test('a fault with times counts requests that a throttle rejected, not those it accepted', () => {
    expect(hits(createPlan(['throttle=2,times=2']), 8)).toBe('...xx...');
  });
});

describe('a fault with a path', () => {
  test.for([
    ['/latest/api/token', '/latest/api/token', true],
    ['/latest/api/token', '/latest/api/token/', false],
    ['/latest/api/token', '/x/latest/api/token', false],
    ['/latest/*', '/latest/', true],
    ['/latest/*', '/latest', false],
    ['*/security-credentials/*', '/latest/meta-data/iam/security-credentials/', true],
    ['*/security-credentials/*', '/security-credentials/a/b', true],
    ['*/security-credentials/*', '/latest/meta-data/iam/security-credentials', false],
    ['*', '/anything\nat all', true],
    ['/a*b*c', '/abc', true],
    ['/a*b*c', '/a/b/x/c', true],
    ['/a*b*c', '/a/c/b', false],
    ['/a.c', '/a.c', true],
    ['/a.c', '/abc', false],
    ['/a+', '/a+', true],
    ['/a+', '/aa', false],
    ['/(a|b)', '/(a|b)', true],
    ['/(a|b)', '/a', false],
    ['/[ab]', '/[ab]', true],
    ['/[ab]', '/a', false],
    ['/a{2}', '/a{2}', true],
    ['/a{2}', '/aa', false],
    ['/a?', '/a?', true],
    ['/a?', '/', false],
    ['/^a$', '/^a$', true],
    ['/a\\d', '/a\\d', true],
    ['/a\\d', '/a1', false],
    ['/A', '/a', false],
  ] as const)('a fault with path=%s matches %j: %s', ([pattern, path, isMatch]) => {
    expect(hits(createPlan([`503,path=${pattern}`]), 1, { path })).toBe(isMatch ? 'x' : '.');
  });

  test('a fault with a path matches only this path if the pattern has no *, with any special characters', () => {
    const paths = fc
      .string({ unit: fc.constantFrom(...'/ab.+?^$', ...'{}()|[]\\,=-'), maxLength: 20 })
      .map((text) => `/${text}`);
    fc.assert(
      fc.property(paths, paths, (pattern, path) => {
        const plan = createPlan([`503,path=${pattern}`]);
        expect(hits(plan, 1, { path: pattern })).toBe('x');
        expect(hits(plan, 1, { path })).toBe(pattern === path ? 'x' : '.');
      }),
    );
  });
});

describe('several faults', () => {
  const kinds = (faults: RequestFaults) =>
    (['status', 'body', 'reset', 'empty', 'stall', 'header', 'frozen'] as const).filter((kind) =>
      faults.has(kind),
    );

  test('several faults apply together, each to its own paths and times', () => {
    const plan = createPlan(['503,path=/a', 'stall=1s,from=1m', 'header=Date', 'frozen,path=/b']);
    expect(kinds(plan.selectFaults('/a', START))).toEqual(['status', 'header']);
    expect(kinds(plan.selectFaults('/b', START + 60_000))).toEqual(['stall', 'header', 'frozen']);
  });

  test('several faults that replace the response do not combine: the first applies, and the others keep their times', () => {
    const plan = createPlan(['503,times=1', 'header=Date', 'reset,times=1', '429,times=1', 'empty']);
    const affected = () => kinds(plan.selectFaults(PATH, START));
    expect([affected(), affected(), affected(), affected()]).toEqual([
      ['status', 'header'],
      ['reset', 'header'],
      ['status', 'header'],
      ['empty', 'header'],
    ]);
  });

  test('several faults of the kinds status and body combine in either order', () => {
    expect(kinds(createPlan(['503', 'body=x']).selectFaults(PATH, START))).toEqual(['status', 'body']);
    expect(kinds(createPlan(['body=x', '503', 'empty']).selectFaults(PATH, START))).toEqual([
      'status',
      'body',
    ]);
  });

  test('of several faults of one kind, get() returns the last one, and getAll() returns all in order', () => {
    const faults = createPlan([
      'clock-skew=1m',
      'clock-skew=2m',
      'header=Date',
      'header=Server:x',
    ]).selectFaults('/a', START);
    expect(faults.get('clock-skew')).toEqual({ kind: 'clock-skew', seconds: 120, since: START });
    expect(faults.getAll('header')).toEqual([
      { kind: 'header', name: 'Date', value: null, since: START },
      { kind: 'header', name: 'Server', value: 'x', since: START },
    ]);
    expect(faults.get('reset')).toBeNull();
    expect(faults.getAll('reset')).toEqual([]);
  });

  test('of several faults of one kind, get() returns the start of the last one', () => {
    const plan = createPlan(['frozen', 'frozen,from=2m']);
    expect(plan.selectFaults(PATH, START + 60_000).get('frozen')?.since).toBe(START);
    expect(plan.selectFaults(PATH, START + 120_000).get('frozen')?.since).toBe(START + 120_000);
  });

  test('several faults count requests and draw random numbers independently', () => {
    const plan = createPlan(['503,times=2', 'stall=1s,times=3', 'frozen,path=/b,times=1']);
    const selected = ['/a', '/a', '/b', '/b', '/a'].map((path) => kinds(plan.selectFaults(path, START)));
    expect(selected).toEqual([['status', 'stall'], ['status', 'stall'], ['stall', 'frozen'], [], []]);
    // Two faults with share=50% do not apply to the same requests.
    const both = createPlan(['503,share=50%', 'stall=1s,share=50%']);
    const affected = Array.from({ length: 200 }, () => kinds(both.selectFaults(PATH, START)).join());
    expect(new Set(affected)).toEqual(new Set(['', 'status', 'stall', 'status,stall']));
  });

  test('removing the last fault does not change the effect of earlier ones', () => {
    const affected = (specs: string[]) => {
      const plan = createPlan(specs);
      return Array.from({ length: 100 }, () => plan.selectFaults(PATH, START).has('status'));
    };
    expect(affected(['503,share=50%', 'stall=1s,share=50%'])).toEqual(affected(['503,share=50%']));
  });

  test('an empty plan returns NO_FAULTS', () => {
    expect(createPlan([]).selectFaults(PATH, START)).toBe(NO_FAULTS);
    expect(NO_FAULTS.get('reset')).toBeNull();
  });
});

describe('a throttle', () => {
  test('a throttle accepts a burst of 1.5 times the rate, then the rate', () => {
    const plan = createPlan(['throttle=40']);
    expect(countFaults(hits(plan, 100))).toBe(40);
    expect(countFaults(hits(plan, 100, { at: 1000 }))).toBe(60);
    // Four tokens per tenth of a second.
    expect(hits(plan, 5, { at: 1100 })).toBe('....x');
    // After a long pause the bucket holds no more than a burst.
    expect(countFaults(hits(plan, 100, { at: 3_600_000 }))).toBe(40);
  });

  test('a throttle of 0.5 a second accepts one request every two seconds', () => {
    const plan = createPlan(['throttle=0.5']);
    expect(hitsAt(plan, [0, 0, 1000, 1999, 2000, 2001, 4000])).toBe('.xxx.x.');
  });

  test('a throttle gains no tokens if the clock goes back, and refills from there', () => {
    const plan = createPlan(['throttle=2']);
    expect(countFaults(hits(plan, 3, { at: 3_600_000 }))).toBe(0);
    expect(countFaults(hits(plan, 5, { at: 0 }))).toBe(5);
    expect(hits(plan, 3, { at: 1000 })).toBe('..x');
  });

  test('a throttle never accepts more than burst and rate allow, also with a jumping clock', () => {
    const steps = fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (rate, moves) => {
        const plan = createPlan([`throttle=${rate}`]);
        let [at, forward, passed] = [0, 0, 0];
        for (const move of moves) {
          at = Math.max(0, at + move);
          forward += Math.max(0, move);
          if (hits(plan, 1, { at }) === '.') passed += 1;
          expect(passed).toBeLessThan(Math.max(1, rate * 1.5) + (forward / 1000) * rate + 1e-6);
        }
      }),
    );
  });

  test('a throttle counts matching requests only, and independently of other throttles', () => {
    const plan = createPlan(['throttle=2,path=/a', 'throttle=2,path=/b']);
    expect(countFaults(hits(plan, 10, { path: '/c' }))).toBe(0);
    expect(countFaults(hits(plan, 3, { path: '/a' }))).toBe(0);
    expect(countFaults(hits(plan, 3, { path: '/b' }))).toBe(0);
    expect(countFaults(hits(plan, 1, { path: '/a' }))).toBe(1);
  });
});
