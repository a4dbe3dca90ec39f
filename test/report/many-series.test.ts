import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/domain/verdict/assessment.ts';
import type { SeriesLimits } from '../../src/domain/verdict/shown-series.ts';
import { renderCsv } from '../../src/report/ci/csv.ts';
import { renderGithub } from '../../src/report/ci/github.ts';
import { renderJunit } from '../../src/report/ci/junit.ts';
import { renderMarkdown } from '../../src/report/ci/markdown.ts';
import { renderJson } from '../../src/report/json.ts';
import { describeOldImports } from '../../src/report/messages/fleet/host-notes.ts';
import { describeOutcomeOfJobs } from '../../src/report/messages/headline/several.ts';
import { renderTable } from '../../src/report/table/table.ts';
import {
  context,
  HOUR,
  hourly,
  identity,
  job,
  joinPieces,
  judge,
  NOW,
  run,
} from '../support/report/assessments.ts';
import { ciTest } from '../support/thorough.ts';

/** Hosts h0, h1, …; the higher the number, the shorter the validity of one generation. */
const hosts = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    hourly(identity({ host: `h${index}` }), {
      lifetimes: [4 * HOUR, 4 * HOUR, 4 * HOUR - index * 10, 4 * HOUR],
    }),
  );

const withRetired = () =>
  judge([...hosts(2), hourly(identity({ host: 'h0', role: 'old' }), { began: 20 })], [job(2 * HOUR)]);

/** The hosts of the sections, in their order. */
const READABLE = {
  table: {
    render: renderTable,
    listHosts: (text: string) => [...text.matchAll(/^(h\d+) · .*$/gm)].map(([, host]) => host),
  },
  Markdown: {
    render: renderMarkdown,
    listHosts: (text: string) => [...text.matchAll(/^### `(h\d+) · /gm)].map(([, host]) => host),
  },
};

describe.each(Object.entries(READABLE))('many series: %s', (name, { render, listHosts }) => {
  const show = (assessment: Assessment, seriesLimits: Partial<SeriesLimits> = {}) =>
    render(
      assessment,
      context(assessment, { width: 110, seriesLimits: { showRetired: false, top: null, ...seriesLimits } }),
    );
  /** Lines of the table are wrapped. */
  const unwrap = (text: string) => text.replaceAll('\n', ' ');

  test(`the ${name} shows up to 50 series, the worst first`, () => {
    const text = show(judge(hosts(50), [job(2 * HOUR)]));
    expect(listHosts(text)).toEqual(Array.from({ length: 50 }, (_, index) => `h${49 - index}`));
    expect(text).not.toContain('not shown');
  });

  test(`the ${name} shows the 50 worst of more series, and what the others are`, () => {
    const text = show(judge(hosts(52), [job(2 * HOUR)]));
    expect(listHosts(text)).toEqual(Array.from({ length: 50 }, (_, index) => `h${51 - index}`));
    expect(unwrap(text)).toMatch(
      /2 less important series are not shown: 24 samples from 2026-11-22 08:10:00Z to 11:50:00Z, worst case 2h 59m 50s, at worst safe; show more with `report --top NUMBER`/,
    );
  });

  test(`the ${name} shows as many series as --top`, () => {
    const assessment = judge(hosts(4), [job(3 * HOUR - 305)]);
    const text = show(assessment, { top: 1 });
    expect(listHosts(text)).toEqual(['h3']);
    expect(unwrap(text)).toContain('3 less important series are not shown: 36 samples ');
    expect(unwrap(text)).toMatch(/, at worst not safe; show more with /);
    expect(listHosts(show(assessment, { top: 4 }))).toHaveLength(4);
    expect(listHosts(show(judge(hosts(60), []), { top: 60 }))).toHaveLength(60);
  });

  test(`the ${name} folds retired series into one line`, () => {
    const text = show(withRetired());
    expect(listHosts(text)).toEqual(['h1', 'h0']);
    expect(unwrap(text)).toMatch(
      /1 retired series is not shown: 12 samples from .*, worst case .*; show them with `report --retired`/,
    );
    const all = show(withRetired(), { showRetired: true });
    expect(listHosts(all)).toEqual(['h1', 'h0', 'h0']);
    expect(all).not.toContain('not shown');
  });

  test(`the ${name} shows the verdict of a job whose only series is not shown`, () => {
    const histories = hosts(2);
    const nightly = histories.map(({ identity: series }) => run('x', series, HOUR));
    const jobs = nightly.map((each, index) => job(null, { name: `job-${index}`, runs: [each] }));
    const text = show(judge(histories, jobs), { top: 1 });
    expect(listHosts(text)).toEqual(['h1']);
    expect(text).toMatch(/job-0.*safe/);
  });
});

/** A call with so many arguments overflows the stack. */
const MANY = 200_000;
const repeat = <T>(item: T): T[] => Array.from({ length: MANY }, () => item);

describe('more items than a call has arguments', () => {
  test('the headline of jobs has the smallest share of safe starts', () => {
    const { series, jobs } = judge(hosts(1), [job(4 * HOUR)]);
    const judged = { series: series[0]!, judgement: series[0]!.judgements[0]! };
    expect(describeOutcomeOfJobs(jobs, repeat(judged), false)).toContain('at worst, no start was safe');
  });

  test('GitHub gets the first annotations and the number of the others', () => {
    const small = judge(hosts(1), []);
    const text = renderGithub({ ...small, series: repeat(small.series[0]!) }, context(small));
    expect(text.split('\n').length).toBeLessThan(20);
    expect(text).toContain('199,991 more');
  });

  test('the fleet names the newest of the old imports', () => {
    const old = { host: 'web-1', lastSample: NOW };
    expect(describeOldImports(repeat(old))).toContain(
      '200,000 hosts have only imported samples, the newest from 2026-11-22',
    );
  });
});

describe('formats for programs', () => {
  const limits = { seriesLimits: { showRetired: false, top: 1 } };

  test('JSON has every series, whatever a table shows', async () => {
    for (const assessment of [judge([], []), judge(hosts(1), []), withRetired()]) {
      const { series, jobs } = JSON.parse(
        await joinPieces(renderJson(assessment, context(assessment, limits))),
      );
      expect(series.map(({ host, role }: Record<string, string>) => [host, role])).toEqual(
        assessment.series.map(({ analysis: { identity: each } }) => [each.host, each.role]),
      );
      expect(jobs).toHaveLength(assessment.jobs.length);
    }
  });

  test('CSV and JUnit have every series, whatever a table shows', async () => {
    const assessment = withRetired();
    expect(parse(await joinPieces(renderCsv(assessment)), { columns: true })).toHaveLength(3);
    const xml = await joinPieces(renderJunit(assessment, context(assessment, limits)));
    expect(xml.match(/<testsuite /g)).toHaveLength(3);
  });

  ciTest('JSON, CSV and JUnit of many series come in pieces of limited length', async () => {
    const [history] = hosts(1);
    const small = judge([history!], [job(2 * HOUR)]);
    const assessment = { ...small, series: Array.from({ length: 2000 }, () => small.series[0]!) };
    const junit = await renderJunit(assessment, context(assessment));
    for (const pieces of [renderJson(assessment, context(assessment)), await renderCsv(assessment), junit]) {
      const lengths = [...pieces].map((piece) => piece.length);
      expect(lengths.length).toBeGreaterThan(3);
      expect(Math.max(...lengths)).toBeLessThan(200_000);
    }
  });
});
