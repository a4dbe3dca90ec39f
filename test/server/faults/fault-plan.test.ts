import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/server/credentials/seeded-random.ts';
import { type ActiveFaults, FaultPlan, NO_FAULTS } from '../../../src/server/faults/fault-plan.ts';
import { parseFault } from '../../../src/server/faults/parse-fault.ts';

const START = Date.UTC(2026, 10, 22, 10, 0, 0, 250);
const PATH = '/latest/meta-data/instance-id';

const planOf = (specs: readonly string[], seed = 'seed') =>
  new FaultPlan(specs.map(parseFault), START, new SeededRandom(seed));

/** So many requests at one moment: `x` for each that is struck, `.` for each that is not. */
function hits(plan: FaultPlan, count: number, { path = PATH, at = 0 } = {}): string {
  const one = () => (plan.selectFaults(path, START + at) === NO_FAULTS ? '.' : 'x');
  return Array.from({ length: count }, one).join('');
}

/** One request at each moment. */
const hitsAt = (plan: FaultPlan, moments: readonly number[]) =>
  moments.map((at) => hits(plan, 1, { at })).join('');

const countOf = (struck: string) => struck.replaceAll('.', '').length;

describe('a window', () => {
  test('begins with its first millisecond and ends before its last', () => {
    for (const spec of ['503,from=2m,until=5m', '503,from=2m,for=3m']) {
      expect(hitsAt(planOf([spec]), [119_999, 120_000, 299_999, 300_000])).toBe('.xx.');
    }
  });

  test('without a beginning is open from the start, and without an end for ever', () => {
    expect(hitsAt(planOf(['503,until=1m']), [-1, 0, 59_999, 60_000])).toBe('.xx.');
    expect(hitsAt(planOf(['503,from=1m']), [0, 59_999, 60_000, 1e12])).toBe('..xx');
    expect(hitsAt(planOf(['503']), [-1, 0, 1e12])).toBe('.xx');
  });

  test('is entered again when the clock goes back', () => {
    expect(hitsAt(planOf(['503,from=1m,for=1m']), [60_000, 120_000, 90_000, 0])).toBe('x.x.');
  });

  test('tells when the fault began, wherever in it a request comes', () => {
    const plan = planOf(['frozen,from=2m', 'expired']);
    const faults = plan.selectFaults(PATH, START + 500_000);
    expect(faults.since('frozen')).toBe(START + 120_000);
    expect(faults.since('expired')).toBe(START);
  });

  test('moments beside the window are not counted', () => {
    const plan = planOf(['503,from=1m,times=2']);
    expect(countOf(hits(plan, 10))).toBe(0);
    expect(countOf(hits(plan, 10, { at: 60_000 }))).toBe(2);
  });
});

describe('a share', () => {
  // With 4000 requests, seven standard deviations are at most 5.6 %: no seed ever comes near.
  test.for([
    ['1%', 0.01],
    ['30%', 0.3],
    ['0.5', 0.5],
    ['95%', 0.95],
  ] as const)('of %s strikes about so many, whatever the seed', ([share, expected]) => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const struck = countOf(hits(planOf([`503,share=${share}`], seed), 4000)) / 4000;
        expect(Math.abs(struck - expected)).toBeLessThan(7 * Math.sqrt((expected * (1 - expected)) / 4000));
      }),
      { numRuns: 15 },
    );
  });

  test('of all strikes all', () => {
    expect(countOf(hits(planOf(['503,share=100%']), 500))).toBe(500);
  });

  test('strikes the same requests again with the same seed, and others with another', () => {
    const [one, same, other] = ['a', 'a', 'b'].map((seed) => hits(planOf(['503,share=50%'], seed), 200));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('goes by the order of requests and not by the hour', () => {
    const [at, later] = [0, 1e9].map((moment) => hits(planOf(['503,share=50%']), 200, { at: moment }));
    expect(later).toEqual(at);
  });

  test('counts only requests that the fault could strike', () => {
    const alone = hits(planOf(['503,share=50%,path=/a']), 100, { path: '/a' });
    const plan = planOf(['503,share=50%,path=/a']);
    const among = Array.from({ length: 100 }, () => {
      hits(plan, 3, { path: '/b' });
      return hits(plan, 1, { path: '/a' });
    });
    expect(among.join('')).toBe(alone);
  });
});

describe('times', () => {
  test('are the first so many that match', () => {
    expect(hits(planOf(['503,times=2']), 5)).toBe('xx...');
  });

  test('count what was struck, not what was spared', () => {
    const unlimited = hits(planOf(['503,share=10%']), 1000);
    let left = 5;
    const first = unlimited.replace(/x/g, () => (left-- > 0 ? 'x' : '.'));
    expect(first.slice(0, 5)).toContain('.');
    expect(hits(planOf(['503,share=10%,times=5']), 1000)).toBe(first);
  });

  test('count what a throttle refused, not what it let pass', () => {
    expect(hits(planOf(['throttle=2,times=2']), 8)).toBe('...xx...');
  });
});

describe('a path', () => {
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
  ] as const)('%s and %j: %s', ([pattern, path, isMatch]) => {
    expect(hits(planOf([`503,path=${pattern}`]), 1, { path })).toBe(isMatch ? 'x' : '.');
  });

  test('without a star is itself alone, whatever is in it', () => {
    const paths = fc
      .string({ unit: fc.constantFrom(...'/ab.+?^$', ...'{}()|[]\\,=-'), maxLength: 20 })
      .map((text) => `/${text}`);
    fc.assert(
      fc.property(paths, paths, (pattern, path) => {
        const plan = planOf([`503,path=${pattern}`]);
        expect(hits(plan, 1, { path: pattern })).toBe('x');
        expect(hits(plan, 1, { path })).toBe(pattern === path ? 'x' : '.');
      }),
    );
  });
});

describe('several faults', () => {
  const kinds = (faults: ActiveFaults) =>
    (['status', 'body', 'reset', 'empty', 'stall', 'header', 'frozen'] as const).filter(
      (kind) => faults.get(kind) !== undefined,
    );

  test('strike at once, each where it should', () => {
    const plan = planOf(['503,path=/a', 'stall=1s,from=1m', 'header=Date', 'frozen,path=/b']);
    expect(kinds(plan.selectFaults('/a', START))).toEqual(['status', 'header']);
    expect(kinds(plan.selectFaults('/b', START + 60_000))).toEqual(['stall', 'header', 'frozen']);
  });

  test('that would answer: the first one does, and the others keep their times for later', () => {
    const plan = planOf(['503,times=1', 'header=Date', 'reset,times=1', '429,times=1', 'empty']);
    const struck = () => kinds(plan.selectFaults(PATH, START));
    expect([struck(), struck(), struck(), struck()]).toEqual([
      ['status', 'header'],
      ['reset', 'header'],
      ['status', 'header'],
      ['empty', 'header'],
    ]);
  });

  test('a status may have its body chosen, in either order', () => {
    expect(kinds(planOf(['503', 'body=x']).selectFaults(PATH, START))).toEqual(['status', 'body']);
    expect(kinds(planOf(['body=x', '503', 'empty']).selectFaults(PATH, START))).toEqual(['status', 'body']);
  });

  test('of one kind: the last one counts, and all are known in their order', () => {
    const faults = planOf(['clock-skew=1m', 'clock-skew=2m', 'header=Date', 'header=Server:x']).selectFaults(
      '/a',
      START,
    );
    expect(faults.get('clock-skew')).toEqual({ kind: 'clock-skew', seconds: 120 });
    expect(faults.all('header')).toEqual([
      { kind: 'header', name: 'Date', value: null },
      { kind: 'header', name: 'Server', value: 'x' },
    ]);
    expect(faults.get('reset')).toBeUndefined();
    expect(faults.all('reset')).toEqual([]);
  });

  test('the beginning of the last of a kind is the one that counts', () => {
    const plan = planOf(['frozen', 'frozen,from=2m']);
    expect(plan.selectFaults(PATH, START + 60_000).since('frozen')).toBe(START);
    expect(plan.selectFaults(PATH, START + 120_000).since('frozen')).toBe(START + 120_000);
  });

  test('count and roll dice each for itself', () => {
    const plan = planOf(['503,times=2', 'stall=1s,times=3', 'frozen,path=/b,times=1']);
    const seen = ['/a', '/a', '/b', '/b', '/a'].map((path) => kinds(plan.selectFaults(path, START)));
    expect(seen).toEqual([['status', 'stall'], ['status', 'stall'], ['stall', 'frozen'], [], []]);
    // Two shares of one half are not the same half.
    const both = planOf(['503,share=50%', 'stall=1s,share=50%']);
    const struck = Array.from({ length: 200 }, () => kinds(both.selectFaults(PATH, START)).join());
    expect(new Set(struck)).toEqual(new Set(['', 'status', 'stall', 'status,stall']));
  });

  test('a fault that is taken away leaves those before it as they were', () => {
    const struck = (specs: string[]) => {
      const plan = planOf(specs);
      return Array.from({ length: 100 }, () => plan.selectFaults(PATH, START).get('status') !== undefined);
    };
    expect(struck(['503,share=50%', 'stall=1s,share=50%'])).toEqual(struck(['503,share=50%']));
  });

  test('none at all cost nothing and strike nobody', () => {
    expect(planOf([]).selectFaults(PATH, START)).toBe(NO_FAULTS);
    expect(NO_FAULTS.get('reset')).toBeUndefined();
  });
});

describe('a throttle', () => {
  test('lets a burst of one and a half seconds pass, then so many a second', () => {
    const plan = planOf(['throttle=40']);
    expect(countOf(hits(plan, 100))).toBe(40);
    expect(countOf(hits(plan, 100, { at: 1000 }))).toBe(60);
    // A tenth of a second is worth four.
    expect(hits(plan, 5, { at: 1100 })).toBe('....x');
    // However long nobody asks, the bucket holds no more than a burst.
    expect(countOf(hits(plan, 100, { at: 3_600_000 }))).toBe(40);
  });

  test('of less than one a second lets one pass now and then', () => {
    const plan = planOf(['throttle=0.5']);
    expect(hitsAt(plan, [0, 0, 1000, 1999, 2000, 2001, 4000])).toBe('.xxx.x.');
  });

  test('gains nothing from a clock that goes back, and fills again from there', () => {
    const plan = planOf(['throttle=2']);
    expect(countOf(hits(plan, 3, { at: 3_600_000 }))).toBe(0);
    expect(countOf(hits(plan, 5, { at: 0 }))).toBe(5);
    expect(hits(plan, 3, { at: 1000 })).toBe('..x');
  });

  test('never lets more pass than burst and rate allow, however the clock goes', () => {
    const steps = fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (rate, moves) => {
        const plan = planOf([`throttle=${rate}`]);
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

  test('counts where and when it is on, and apart from other throttles', () => {
    const plan = planOf(['throttle=2,path=/a', 'throttle=2,path=/b']);
    expect(countOf(hits(plan, 10, { path: '/c' }))).toBe(0);
    expect(countOf(hits(plan, 3, { path: '/a' }))).toBe(0);
    expect(countOf(hits(plan, 3, { path: '/b' }))).toBe(0);
    expect(countOf(hits(plan, 1, { path: '/a' }))).toBe(1);
  });
});
