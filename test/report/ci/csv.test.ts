import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { Assessment } from '../../../src/domain/verdict/assessment.ts';
import { renderCsv } from '../../../src/report/ci/csv.ts';
import {
  HOSTILE_NAMES,
  HOUR,
  hostile,
  hourly,
  identity,
  job,
  joinPieces,
  judge,
  logsOf2015,
  mixed,
} from '../../support/report/assessments.ts';

const render = (assessment: Assessment) => joinPieces(renderCsv(assessment));

const renderRows = async (assessment: Assessment): Promise<Record<string, string>[]> =>
  parse(await render(assessment), { columns: true });

test('CSV has one row per series and job, with the values of both', async () => {
  const [row, ...others] = await renderRows(
    judge((await logsOf2015()).slice(0, 1), [job(5 * HOUR, { margin: 0 })]),
  );
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    host: 'linux',
    source: 'imds',
    role: '',
    retired: 'false',
    verdict: 'start-after-rotation',
    required_seconds: '18000',
    spare_seconds: '-24',
    share_of_safe_starts: '0.9994444444444445',
    worst_case_remaining_seconds: '17976',
    worst_case_at: '2015-11-18T08:03:35Z',
    rotation_interval_median_seconds: '3656',
    validity_when_issued_min_seconds: '21632',
    witnessed_rotation_count: '11',
    findings: 'POLLS_TOO_RARE CLOCK_UNKNOWN',
  });
});

test('CSV has rows without a verdict for series that do not judge a job, and one row per series without jobs', async () => {
  const rows = await renderRows(mixed());
  expect(rows.map(({ role, job_name, verdict }) => [role, job_name, verdict])).toEqual([
    ['app', '', 'safe'],
    ['app', 'nightly', 'safe'],
    ['app', 'new', 'unknown'],
    ['old', '', ''],
    ['old', 'nightly', ''],
    ['old', 'new', ''],
    ['worker', '', 'start-after-rotation'],
    ['worker', 'nightly', 'start-after-rotation'],
    ['worker', 'new', 'unknown'],
    ['loader', '', 'safe'],
    ['loader', 'nightly', ''],
    ['loader', 'new', 'unknown'],
    ['', '', 'unknown'],
    ['', 'nightly', ''],
    ['', 'new', 'unknown'],
  ]);
  const withoutJobs = await renderRows(judge([hourly(identity()), hourly(identity({ host: 'b' }))], []));
  expect(withoutJobs.map(({ host, verdict, worst_case_remaining_seconds: w }) => [host, verdict, w])).toEqual(
    [
      ['web-1', '', '18000'],
      ['b', '', '18000'],
    ],
  );
});

test('the CSV header is the same with and without series', async () => {
  const [head, ...rest] = (await render(judge([], [job(HOUR)]))).split('\n');
  expect(rest).toEqual(['']);
  expect((await render(mixed())).split('\n')[0]).toBe(head);
});

test('each CSV record is one line, and no cell is a formula', async () => {
  const text = await render(hostile());
  const rows = await renderRows(hostile());
  expect(text.split('\n')).toHaveLength(rows.length + 2);
  const hosts = ['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\uff1d1', HOSTILE_NAMES.formula];
  const cells = (
    await renderRows(
      judge(
        hosts.map((host) => hourly(identity({ host }))),
        [],
      ),
    )
  ).map(({ host = '' }) => host);
  expect(cells).toEqual([
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(1)",
    '\\u{9}=1',
    "'\uff1d1",
    `'${HOSTILE_NAMES.formula}`,
  ]);
});
