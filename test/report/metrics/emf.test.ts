import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import {
  EMF_JOB_DIMENSIONS,
  EMF_METRICS,
  EMF_SERIES_DIMENSIONS,
  renderEmf,
} from '../../../src/report/metrics/emf.ts';
import type { SampleStore } from '../../../src/store/sample-store.ts';
import { EMF_SCHEMA } from '../../support/report/emf-schema.ts';
import {
  assessStore,
  fillRichly,
  IMDS,
  job,
  NOW,
  recordSamples,
  START,
} from '../../support/report/rich-store.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';

const HOUR = 3_600_000;

interface EmfLine {
  [member: string]: unknown;
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: [
      { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] },
    ];
  };
}

const isValid = new Ajv({ allErrors: true }).compile(EMF_SCHEMA);

function render(
  store: SampleStore,
  jobs: Parameters<typeof assessStore>[1] = [],
  namespace?: string,
): EmfLine[] {
  const context = { now: NOW, ...(namespace === undefined ? {} : { namespace }) };
  const text = [...renderEmf(assessStore(store, jobs), context)].join('');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

function richLines(namespace?: string) {
  const store = temporaryStore();
  fillRichly(store);
  return render(
    store,
    [job(5 * 3600), job(3 * 3600, 'nightly "load"\n\u001b[31m'), job(null, 'never ran')],
    namespace,
  );
}

test('every line follows the schema of the embedded metric format', () => {
  const lines = richLines();
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines) {
    expect(isValid(line), JSON.stringify(isValid.errors)).toBe(true);
    expect(JSON.stringify(line).length).toBeLessThan(256 * 1024);
  }
});

test('every metric and dimension of a line is a member of the line, and no other member exists', () => {
  const names = new Set<string>();
  for (const { _aws, ...members } of richLines()) {
    const [{ Dimensions, Metrics }] = _aws.CloudWatchMetrics;
    const dimensions = Dimensions.flat();
    for (const each of dimensions) expect(typeof members[each]).toBe('string');
    for (const { Name, Unit } of Metrics) {
      names.add(Name);
      expect(typeof members[Name], Name).toBe('number');
      expect({ ...EMF_METRICS }).toMatchObject({ [Name.replace(/^cred_watch_/, '')]: Unit });
    }
    const expected = [...new Set([...dimensions, ...Metrics.map(({ Name }) => Name)])];
    expect(Object.keys(members).sort()).toEqual(expected.sort());
  }
  expect([...names].sort()).toEqual(
    Object.keys(EMF_METRICS)
      .map((name) => `cred_watch_${name}`)
      .sort(),
  );
});

test('no dimension changes at a rotation, and no line contains a key id', () => {
  const lines = richLines();
  const dimensions = new Set(lines.flatMap((line) => line._aws.CloudWatchMetrics[0].Dimensions.flat()));
  expect([...dimensions].sort()).toEqual(['api_version', 'host', 'job_name', 'role', 'source']);
  expect(JSON.stringify(lines)).not.toMatch(/ASIA/);
});

test('a series has its values and the dimensions of one host and of all hosts', () => {
  const store = temporaryStore();
  recordSamples(store, IMDS, { from: START + 24 * HOUR, hours: 6 });
  expect(render(store)).toEqual([
    {
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          expect.objectContaining({
            Namespace: 'cred-watch',
            Dimensions: EMF_SERIES_DIMENSIONS,
            Metrics: expect.arrayContaining([
              { Name: 'cred_watch_worst_case_remaining_seconds', Unit: 'Seconds' },
            ]),
          }),
        ],
      },
      host: 'i-0abc',
      source: 'imds',
      api_version: '2',
      role: 'loader',
      cred_watch_observed_remaining_seconds: 6 * 3600 - 8,
      cred_watch_worst_case_remaining_seconds: 5 * 3600,
      cred_watch_min_remaining_24h_seconds: 5 * 3600,
      cred_watch_rotation_interval_last_seconds: 3600,
      cred_watch_rotation_interval_max_seconds: 3600,
      cred_watch_rotation_overdue: 0,
      cred_watch_lead_time_shrinking_seconds: 0,
      cred_watch_sample_age_seconds: 292,
      cred_watch_clock_offset_seconds: 0,
      cred_watch_problem_count: 0,
      cred_watch_source_up: 1,
    },
  ]);
});

test('a job has one line per series that judges it, without job_safe if the verdict is unknown', () => {
  const store = temporaryStore();
  recordSamples(store, IMDS, { from: START, hours: 30 });
  const lines = render(store, [job(4 * 3600), job(7 * 3600), job(null, 'never ran')], 'loads/eu');
  const jobs = lines.slice(1).map(({ _aws, ...members }) => {
    const [{ Namespace, Dimensions }] = _aws.CloudWatchMetrics;
    return [Namespace, Dimensions, members];
  });
  const series = { host: 'i-0abc', source: 'imds', api_version: '2', role: 'loader' };
  expect(jobs).toEqual([
    [
      'loads/eu',
      EMF_JOB_DIMENSIONS,
      {
        job_name: '4h',
        ...series,
        cred_watch_job_safe: 1,
        cred_watch_job_unknown: 0,
        cred_watch_job_required_seconds: 4 * 3600 + 300,
        cred_watch_job_safe_starts_ratio: 1,
      },
    ],
    [
      'loads/eu',
      EMF_JOB_DIMENSIONS,
      {
        job_name: '7h',
        ...series,
        cred_watch_job_safe: 0,
        cred_watch_job_unknown: 0,
        cred_watch_job_required_seconds: 7 * 3600 + 300,
        cred_watch_job_safe_starts_ratio: 0,
      },
    ],
    ['loads/eu', [['job_name']], { job_name: 'never ran', cred_watch_job_unknown: 1 }],
  ]);
});

test('a retired series has no line, and a source without samples has source_up 0', () => {
  const lines = richLines();
  const series = lines.filter(({ job_name }) => job_name === undefined);
  const find = (host: string) => series.filter((line) => line.host === host);
  expect(find('i-0abc').map(({ api_version }) => api_version)).toEqual(['2']);
  expect(find('dark')).toEqual([
    expect.objectContaining({ cred_watch_source_up: 0, role: '-', cred_watch_problem_count: 2 }),
  ]);
});

test('imported samples have no age, because no poller can be silent', () => {
  const polled = temporaryStore();
  recordSamples(polled, IMDS, { from: START, hours: 2 });
  const imported = temporaryStore();
  imported.writeRecords([...polled.records()]);
  expect(render(polled)[0]).toHaveProperty('cred_watch_sample_age_seconds');
  expect(render(imported)[0]).not.toHaveProperty('cred_watch_sample_age_seconds');
});
