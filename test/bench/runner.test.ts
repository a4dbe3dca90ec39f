import { describe, expect, test } from 'vitest';
// @ts-expect-error: JavaScript
import { NotInstalled } from '../../bench/harness/bench.mjs';
// @ts-expect-error: JavaScript
import { runBench } from '../../bench/harness/runner.mjs';

type Row = {
  figures: { value: { median: number } } | null;
  ratios: { value: number | null } | null;
  goals: { measured: number | null; met: boolean | null }[];
};

type FakeCase = { name: string; values?: number[]; [setting: string]: unknown };

/** Runs cases that measure the given values in turn. The first value is of the discarded round. */
async function runFake(
  cases: FakeCase[],
  { rounds = 3, baseline }: { rounds?: number; baseline?: string } = {},
) {
  const order: string[] = [];
  const prepared = cases.map(({ values = [], ...rest }) => ({
    measure: () => {
      order.push(rest.name);
      const value = values.shift() ?? 0;
      return { value, cpuMs: value / 2, peakKiB: value * 1024 };
    },
    ...rest,
  }));
  const bench = {
    name: 'fake',
    title: 'Fake',
    rounds: { full: rounds, quick: 1 },
    prepare: () => ({ cases: prepared, baseline }),
  };
  const { rows }: { rows: Row[] } = await runBench(bench, { folder: '', quick: false });
  return { rows, order };
}

describe('runBench', () => {
  test('runBench runs the cases in turn, and discards the first round', async () => {
    const { rows, order } = await runFake([
      { name: 'bare', values: [900, 10, 30, 20] },
      { name: 'ours', values: [900, 40, 40, 50] },
    ]);
    expect(order).toEqual(['bare', 'ours', 'bare', 'ours', 'bare', 'ours', 'bare', 'ours']);
    expect(rows[0]).toMatchObject({
      figures: {
        value: { median: 20, low: 15, high: 25 },
        cpu: { median: 10, low: 7.5, high: 12.5 },
        memory: { median: 20, low: 15, high: 25 },
      },
      ratios: { value: null, cpu: null, memory: null },
    });
    expect(rows[1]?.ratios).toEqual({ value: 2, cpu: 2, memory: 2 });
  });

  test('a ratio compares medians with the baseline of the bench, or of the case', async () => {
    const { rows } = await runFake(
      [
        { name: 'first', values: [0, 4] },
        { name: 'second', values: [0, 2] },
        { name: 'third', values: [0, 8], baseline: 'first' },
        { name: 'fourth', values: [0, 8], baseline: null },
      ],
      { rounds: 1, baseline: 'second' },
    );
    expect(rows.map(({ ratios }) => ratios?.value)).toEqual([2, null, 2, null]);
  });

  test('a goal limits a ratio to the baseline, a ratio to another case, or a median', async () => {
    const { rows } = await runFake(
      [
        { name: 'bare', values: [0, 10] },
        { name: 'other', values: [0, 30] },
        {
          name: 'ours',
          values: [0, 20],
          goals: [
            { most: 2 },
            { most: 1.9 },
            { figure: 'cpu', most: 0.5, against: 'other' },
            { figure: 'memory', most: 20, against: null },
            { least: 21, against: null },
            { most: 1, against: 'a case that does not run' },
          ],
        },
      ],
      { rounds: 1 },
    );
    expect(rows[2]?.goals.map(({ measured, met }) => [measured, met])).toEqual([
      [2, true],
      [2, false],
      [2 / 3, false],
      [20, true],
      [20, false],
      [null, null],
    ]);
  });

  test('a failed case has a reason and no figures, and does not run again', async () => {
    let runs = 0;
    const measure = () => {
      runs += 1;
      if (runs === 2) throw new Error('exit code 7');
      return { value: 1 };
    };
    const { rows } = await runFake([
      { name: 'bare', values: [0, 1, 1, 1] },
      { name: 'broken', measure },
      { name: 'ours', values: [0, 2, 2, 2], goals: [{ most: 1, against: 'broken' }] },
    ]);
    expect(runs).toBe(2);
    expect(rows[1]).toMatchObject({ figures: null, failed: 'exit code 7', skipped: null });
    expect(rows[2]).toMatchObject({ ratios: { value: 2 }, goals: [{ met: null }] });
  });

  test('a case of a missing program is skipped', async () => {
    const { rows, order } = await runFake([
      { name: 'bare', values: [0, 1, 1, 1] },
      { name: 'theirs', skip: 'not installed: jq' },
    ]);
    expect(order).not.toContain('theirs');
    expect(rows[1]).toMatchObject({ figures: null, failed: null, skipped: 'not installed: jq' });
  });

  test('a bench whose preparation fails has one row with the reason', async () => {
    const run = (error: Error) =>
      runBench(
        {
          name: 'page',
          title: 'Page',
          rounds: { full: 1, quick: 1 },
          prepare: () => {
            throw error;
          },
        },
        { folder: '', quick: false },
      );
    const missing = await run(new NotInstalled('chromium is not installed'));
    expect(missing.rows).toMatchObject([
      { name: 'page', skipped: 'chromium is not installed', failed: null },
    ]);
    expect((await run(new Error('disk full'))).rows).toMatchObject([{ skipped: null, failed: 'disk full' }]);
  });

  test('a case runs several times per round, or once, and prepares each run', async () => {
    const prepared: string[] = [];
    const record = (name: string) => () => prepared.push(name);
    const { rows, order } = await runFake(
      [
        { name: 'short', values: [0, 0, 1, 3], runsPerRound: 2, before: record('short') },
        { name: 'count', values: [5], once: true, before: record('count') },
      ],
      { rounds: 1 },
    );
    expect(order).toEqual(['short', 'short', 'count', 'short', 'short']);
    expect(prepared).toEqual(order);
    expect(rows.map(({ figures }) => figures?.value.median)).toEqual([2, 5]);
  });

  test('a quick run has fewer rounds, and the bench is closed after a failure', async () => {
    let rounds = 0;
    let closed = 0;
    const bench = {
      name: 'fake',
      title: 'Fake',
      rounds: { full: 15, quick: 2 },
      prepare: () => ({
        cases: [
          {
            name: 'only',
            measure: () => {
              rounds += 1;
              if (rounds === 3) throw new Error('late');
              return { value: 1 };
            },
          },
        ],
        close: () => {
          closed += 1;
        },
      }),
    };
    await runBench(bench, { folder: '', quick: true });
    expect([rounds, closed]).toEqual([3, 1]);
  });
});
