import { describe, expect, test } from 'vitest';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import type { Assessment } from '../../../src/domain/verdict/assessment.ts';
import { REPORT_FORMATS, type ReportFormat } from '../../../src/report/formats.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import {
  context,
  failing,
  HOUR,
  hourly,
  identity,
  job,
  joinPieces,
  judge,
} from '../../support/report/assessments.ts';

const TITLE = 'general knowledge (not measured here; it changes no verdict)';

/** The first hour of a new installation. */
const young = (more: Parameters<typeof identity>[0] = {}) =>
  hourly(identity(more), { lifetimes: [6 * HOUR] });
const container = { host: 'task-1', source: 'container', apiVersion: '' } as const;

const render = (format: ReportFormat, assessment: Assessment) =>
  joinPieces(REPORT_FORMATS[format].render(assessment, context(assessment)));

async function findJson(histories: readonly SeriesHistory[], durations: readonly number[] = []) {
  const text = await render(
    'json',
    judge(
      histories,
      durations.map((each) => job(each)),
    ),
  );
  expect(findViolations('report', JSON.parse(text))).toEqual([]);
  return JSON.parse(text).general_knowledge;
}

const listNames = (entries: { source: string; environment: string }[]) =>
  entries.map(({ source, environment }) => `${source}: ${environment}`);

test('a report for GitHub ends with a short notice of general knowledge', async () => {
  const commands = (await render('github', judge([young()], [job(4 * HOUR)]))).trimEnd().split('\n');
  expect(commands.filter((each) => each.includes('general knowledge'))).toHaveLength(1);
  expect(commands.at(-1)).toMatch(
    /^::notice title=cred-watch%3A general knowledge \(not measured here.*::IMDS of EC2: /,
  );
  expect(commands.at(-1)?.split('%0A')).toHaveLength(2);
});

test('a report for GitHub with a measured verdict has no general knowledge', async () => {
  expect(await render('github', judge([hourly(identity())], [job(4 * HOUR)]))).not.toContain('general');
});

describe.each(['table', 'markdown', 'html'] as const)('a report as %s', (format) => {
  test(`${format}: a series without a rotation has one block of general knowledge`, async () => {
    const text = await render(format, judge([young(), young({ host: 'web-2' })], []));
    expect(text.toLowerCase().split(TITLE.toLowerCase())).toHaveLength(2);
    expect(text).toContain('EC2 User Guide, undated');
    expect(text).toContain('boto/botocore#2670, 2022');
    expect(text).toMatch(/AWS does not document how often credentials are\s+rotated/);
  });

  test(`${format}: measured rotations have no general knowledge`, async () => {
    for (const jobs of [[], [job(5 * HOUR)]])
      expect(await render(format, judge([hourly(identity())], jobs))).not.toMatch(/general knowledge/i);
  });
});

test('each statement with a web page is a link on the page and in Markdown', async () => {
  const assessment = judge([young()], []);
  const url = 'https://github.com/boto/botocore/issues/2670';
  expect(await render('html', assessment)).toContain(`<a href="${url}" rel="noreferrer">an AWS engineer`);
  expect(await render('markdown', assessment)).toContain(
    `([an AWS engineer in boto/botocore#2670, 2022](${url}))`,
  );
});

test('the block comes after all measurements', async () => {
  const text = await render('table', judge([young()], [job(5 * HOUR)]));
  expect(text.indexOf(TITLE)).toBeGreaterThan(text.indexOf('\n  evidence '));
});

test('JSON has all facts of IMDS with their references', async () => {
  const [entry, ...others] = await findJson([young()]);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ source: 'imds', environment: 'imds', certain: true });
  expect(entry.undocumented).toEqual(['rotation-interval']);
  expect(entry.facts[0]).toEqual({
    subject: 'lead-time',
    evidence: 'documented',
    method: null,
    condition: null,
    setting: null,
    shortest_seconds: 300,
    usual_seconds: null,
    longest_seconds: null,
    reference: {
      title: 'EC2 User Guide',
      year: null,
      url: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html',
    },
  });
});

test('a stored series of a container has an entry for each possible environment', async () => {
  const entries = await findJson([young(container)]);
  expect(entries.every(({ certain }: { certain: boolean }) => !certain)).toBe(true);
  expect(listNames(entries)).toEqual(
    ['ecs', 'eks-pod-identity', 'cloudshell', 'greengrass', 'codebuild', 'amplify'].map(
      (environment) => `container: ${environment}`,
    ),
  );
});

test('a container has one line for each possible environment', async () => {
  const text = await render('table', judge([young(container)], []));
  const [, block = ''] = text.split(TITLE);
  expect(block).toContain('one of these environments serves the credentials:');
  expect(block.match(/documented: |published: /g)).toHaveLength(6);
});

test('JSON has no general knowledge of a measured, retired or silent series', async () => {
  expect(await findJson([hourly(identity())], [5 * HOUR])).toEqual([]);
  const retired = hourly(identity({ role: 'old' }), { lifetimes: [6 * HOUR], began: 30 });
  expect(await findJson([hourly(identity()), retired])).toEqual([]);
  expect(await findJson([failing(identity())])).toEqual([]);
});

test('an unknown verdict has general knowledge, although rotations were measured', async () => {
  const stale = hourly(identity(), { began: 60 });
  expect(await findJson([stale])).toEqual([]);
  expect(listNames(await findJson([stale], [3 * HOUR]))).toEqual(['imds: imds']);
  expect(listNames(await findJson([failing(identity())], [5 * HOUR]))).toEqual(['imds: imds']);
});

test('general knowledge changes no verdict and no number of a series', async () => {
  const assessment = judge([young()], [job(5 * HOUR)]);
  const { verdict, series } = JSON.parse(await render('json', assessment));
  expect(verdict).toBe('unknown');
  expect(series[0]).toMatchObject({ longest_safe_job_seconds: null, rotation_interval: null });
  expect(series[0].judgement).toMatchObject({
    verdict: 'unknown',
    spare_seconds: assessment.series[0]!.judgements[0]!.spare,
  });
});

test('a metric and a CSV file contain no general knowledge', async () => {
  const assessment = judge([young()], [job(5 * HOUR)]);
  for (const format of ['csv', 'junit', 'prometheus', 'openmetrics'] as const)
    expect(await render(format, assessment)).not.toMatch(/botocore|general.knowledge/i);
});
