import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURE_REASONS, SESSION_LIMITS, SOURCE_NAMES } from '../../src/domain/model.ts';
import { POLL_NOTE_CODES } from '../../src/domain/poll-note.ts';
import { SDKS } from '../../src/domain/provider-chain/clients.ts';
import { CHAIN_FINDING_CODES } from '../../src/domain/provider-chain/findings/findings.ts';
import { PROVIDER_NAMES } from '../../src/domain/provider-chain/providers.ts';
import { FINDING_SEVERITIES } from '../../src/domain/verdict/finding.ts';
import { VERDICTS } from '../../src/domain/verdict/job-verdict.ts';
import { OUTLOOKS } from '../../src/domain/verdict/now-verdict.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { getContainerCredentials, startServer, writeKeyScript } from '../support/cli/running-server.ts';
import { curl, startSimulation, written } from '../support/cli/running-simulation.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { ROOT } from '../support/docs/markdown.ts';
import { runAt } from '../support/docs/run-at.ts';
import { SCENARIOS, type Scenario } from '../support/docs/scenarios.ts';
import {
  findLineViolations,
  findViolations,
  listObjectDefinitions,
  SCHEMAS,
} from '../support/docs/schemas.ts';
import { CASES, setUp } from '../support/domain/shadowing-case.ts';
import { sampleCases } from '../support/thorough.ts';

const HISTORIES = join(ROOT, 'fixtures', 'histories');
const NOW = Date.parse('2026-11-22T10:24:00Z');

async function createScenario(name: string): Promise<Scenario> {
  const create = SCENARIOS[name];
  if (create === undefined) throw new Error(`there is no scenario ${name}`);
  return create();
}

const JOB_RUNS = [
  { ordinal: 0, duration_seconds: 7200, exit_code: 0, remaining_at_end_seconds: 9000 },
  { ordinal: 1, duration_seconds: null, exit_code: null, remaining_at_end_seconds: null },
].map((end) => ({
  schema_version: 1,
  record: 'job_run',
  ...{ host: 'i-0abc', source: 'imds', api_version: '2', role: 'loader', job_name: 'nightly' },
  ...{ started_at: '2026-11-22T02:00:00Z', remaining_at_start_seconds: 16_200, ...end },
}));

describe('JSON Schemas', () => {
  test.each(SCHEMAS.map((schema) => ({ schema, name: schema.$id })))(
    '$name allows no undocumented field',
    ({ schema }) => {
      const objects = listObjectDefinitions(schema);
      expect(objects.length + (schema.$id === 'common.schema.json' ? 1 : 0)).toBeGreaterThan(0);
      expect(objects.filter(({ additionalProperties }) => additionalProperties !== false)).toEqual([]);
    },
  );

  test.each([
    ['failure reasons', 'common', 'failureReason', FAILURE_REASONS],
    ['note codes', 'common', 'noteCode', POLL_NOTE_CODES],
    ['sources', 'common', 'source', SOURCE_NAMES],
    ['verdicts', 'report', 'judgement/properties/verdict', VERDICTS],
    ['providers', 'sources', 'providerName', PROVIDER_NAMES],
    ['SDKs', 'sources', 'sdkName', SDKS],
  ])('schemas list the same %s as the program', (_, name, path, values) => {
    const schema = SCHEMAS.find(({ $id }) => $id === `${name}.schema.json`);
    const found = path.split('/').reduce<unknown>((node, key) => Object(node)[key], Object(schema?.$defs));
    expect([...Object(found).enum].sort()).toEqual([...new Set<string>(values)].sort());
  });

  test('schemas list the same outlooks as the program', () => {
    const check = SCHEMAS.find(({ $id }) => $id === 'check.schema.json');
    expect(Object(check?.properties).outlook.enum).toEqual([...OUTLOOKS]);
  });

  test('schemas list the same finding codes and severities as the program', () => {
    const common = SCHEMAS.find(({ $id }) => $id === 'common.schema.json');
    const found = Object(common?.$defs).finding.oneOf.map((each: unknown) => {
      const { code, severity } = Object(each).properties;
      return [code.const, severity.const];
    });
    expect(Object.fromEntries(found)).toEqual(FINDING_SEVERITIES);
  });

  test('schemas list the same finding codes of sources as the program', () => {
    const sources = SCHEMAS.find(({ $id }) => $id === 'sources.schema.json');
    const { finding, noteFinding } = Object(sources?.$defs);
    const codes = listObjectDefinitions([finding, noteFinding]).flatMap(({ properties }) => {
      const { code } = Object(properties);
      return code.enum ?? [code.const];
    });
    const known = [...CHAIN_FINDING_CODES, ...POLL_NOTE_CODES];
    expect([...new Set(codes)].sort()).toEqual([...new Set<string>(known)].sort());
  });

  test('schemas reject an unknown field', () => {
    expect(findViolations('env', { schema_version: 1, extra: true })).not.toEqual([]);
    const request = { schema_version: 1, event: 'request', extra: true };
    const violations = findViolations('simulate', request).join('\n');
    expect(violations).toContain('"additionalProperty":"extra"');
    expect(violations).not.toContain('client_count');
  });
});

const SAMPLE = {
  accessKeyId: 'ASIAEXAMPLE000000000',
  lastUpdated: null,
  expiration: Date.parse('2026-03-01T04:00:00Z'),
  zoneless: false,
  observedAt: Date.parse('2026-03-01T03:00:00Z'),
  clockOffset: 0,
};

describe('report -f json', () => {
  const env = { HOME: '/nonexistent', CRED_WATCH_DB: join(temporaryFolder(afterAll), 'samples.db') };
  const times = ['2026-03-01T03:00:00Z', '2026-03-05T04:00:00Z'];
  const jobs = [
    [],
    ['-j', '5h', '-j', '90m', '--confidence', '95%'],
    ['--job', 'nightly', '--max-age', '1h'],
  ];
  const found = new Set<string>();

  beforeAll(async () => {
    const all = readdirSync(HISTORIES).map((name) => {
      const records = readFileSync(join(HISTORIES, name, 'observations.ndjson'), 'utf8');
      // Hosts have the same names in several histories.
      return records.replace(/"host":"/g, `"host":"${name} `).trimEnd();
    });
    await runAt(NOW, ['import', '-'], env, all.join('\n'));
    // An export does not have these facts.
    using store = SampleStore.open(env.CRED_WATCH_DB);
    for (const [index, limit] of SESSION_LIMITS.entries()) {
      const identity = { host: `role-${index}`, source: 'role', apiVersion: '', role: 'app' } as const;
      const session = { limit, tokenExpiresAt: SAMPLE.expiration };
      store.recordSample(identity, SAMPLE, '', { session });
      // `check` takes the newest samples.
      for (const hours of [1, 2, 3, 4]) {
        const later = { ...SAMPLE, observedAt: SAMPLE.observedAt + hours * 3_600_000 };
        store.recordSample(identity, later, '', { session, isOfPollCommand: false });
      }
    }
  });

  test.each(
    sampleCases(
      times.flatMap((time) => jobs.map((job) => ({ time, job }))),
      2,
    ),
  )('report -f json is valid for all histories at $time with $job', async ({ time, job }) => {
    const { stdout, output } = await runAt(Date.parse(time), ['report', '-f', 'json', ...job], env);
    expect(stdout, output).not.toBe('');
    const report = JSON.parse(stdout);
    expect(findViolations('report', report)).toEqual([]);
    for (const { findings } of report.series) for (const { code } of findings) found.add(code);
  });

  test('the validated reports have every finding', () => {
    expect([...found].sort()).toEqual(Object.keys(FINDING_SEVERITIES).sort());
  });

  test('report -f json is valid without samples', async () => {
    const { env: empty } = await createScenario('empty-database');
    const { stdout } = await runAt(NOW, ['report', '-f', 'json', '-j', '5h'], empty);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ verdict: 'unknown', series: [] });
    expect(findViolations('report', report)).toEqual([]);
  });

  test('report -f json is valid for a job with recorded runs', async () => {
    const { env } = await createScenario('polled-instance');
    await runAt(NOW, ['import', '-'], env, JOB_RUNS.map((run) => JSON.stringify(run)).join('\n'));
    const { stdout } = await runAt(NOW, ['report', '-f', 'json', '--job', 'nightly'], env);
    const report = JSON.parse(stdout);
    expect(report.job_runs).toMatchObject({ job_name: 'nightly', run_count: 2, unfinished_count: 1 });
    expect(findViolations('report', report)).toEqual([]);
  });
});

describe('status -f json', () => {
  test.each(
    sampleCases(
      [
        ['a safe job', 'recent-poll', ['-j', '4h']],
        ['jobs that are not safe', 'recent-poll', ['-j', '9h', '-j', '10h']],
        ['a job without runs', 'recent-poll', ['--job', 'nightly']],
        ['no job', 'recent-poll', []],
        ['old samples', 'imported-log', ['-j', '4h', '--max-age', '1h']],
        ['no samples', 'empty-database', ['-j', '4h']],
        ['filters that match nothing', 'imported-log', ['--host', 'nobody']],
      ],
      3,
    ),
  )('status -f json is valid for %s', async (_, scenario, args) => {
    const { now, env } = await createScenario(scenario);
    const { stdout } = await runAt(now, ['status', '-f', 'json', ...args], env);
    expect(findViolations('status', JSON.parse(stdout))).toEqual([]);
  });

  test('status -f json is valid for a source that fails', async () => {
    const { now, env } = await createScenario('pod-with-expired-token');
    await runAt(now, ['poll'], env);
    const { stdout } = await runAt(now, ['status', '-f', 'json'], env);
    const status = JSON.parse(stdout);
    expect(findViolations('status', status)).toEqual([]);
    expect(status.failing_sources).toMatchObject([{ source: 'container' }]);
    expect(status.series.last_poll.failure).not.toBeNull();
  });
});

describe('check -f json', () => {
  test.each(
    sampleCases(
      [
        ['a job that is safe', 'polled-instance', ['-j', '1h']],
        ['a job that is not safe', 'polled-instance', ['-j', '5h55m']],
        [
          'the last stored sample',
          'polled-instance',
          ['-j', '1h', '--offline', '--source', 'imds', '--host', 'i-0abc'],
        ],
        [
          'an old sample',
          'polled-instance',
          ['-j', '1h', '--offline', '--host', 'i-0abc', '--max-age', '1s'],
        ],
        ['no sample', 'empty-database', ['-j', '1h', '--offline']],
        ['an endpoint that fails', 'pod-with-expired-token', ['-j', '1h']],
      ],
      3,
    ),
  )('check -f json is valid for %s', async (_, scenario, args) => {
    const { now, env } = await createScenario(scenario);
    const { stdout } = await runAt(now, ['check', '-f', 'json', ...args], env);
    expect(findViolations('check', JSON.parse(stdout))).toEqual([]);
  });
});

describe('poll -f json', () => {
  test.each([
    ['a sample', 'polled-instance', 0],
    ['a failed poll', 'pod-with-expired-token', 1],
  ])('poll -f json is valid for %s', async (_, scenario, exitCode) => {
    const { now, env } = await createScenario(scenario);
    const { code, stdout } = await runAt(now, ['poll', '-f', 'json'], env);
    expect(code).toBe(exitCode);
    expect(findLineViolations('poll', stdout)).toEqual([]);
  });
});

describe('env -f json', () => {
  test('env -f json is valid', async () => {
    const { now, env } = await createScenario('polled-instance');
    const { stdout } = await runAt(now, ['env', '-j', '1h', '-f', 'json'], env);
    expect(findViolations('env', JSON.parse(stdout))).toEqual([]);
  });
});

describe('sources -f json', () => {
  test.each(sampleCases(CASES, 60))('sources -f json is valid for the case $name', async (each) => {
    const { environment } = await setUp(each);
    const { stdout } = await runAt(Date.now(), ['sources', '-f', 'json'], environment);
    expect(findViolations('sources', JSON.parse(stdout))).toEqual([]);
  });
});

describe('export -f ndjson', () => {
  test('export -f ndjson is valid for samples, failed polls, job runs and pruned generations', async () => {
    const { env } = await createScenario('polled-instance');
    await runAt(NOW, ['import', '-'], env, JOB_RUNS.map((run) => JSON.stringify(run)).join('\n'));
    await runAt(NOW, ['import', join(HISTORIES, 'failed-polls-beside-samples', 'observations.ndjson')], env);
    await runAt(NOW, ['prune', '--older-than', '7d'], env);
    const { stdout } = await runAt(NOW, ['export'], env);
    const kinds = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).record);
    expect([...new Set(kinds)].sort()).toEqual(['failed_poll', 'generation', 'job_run', 'sample']);
    expect(findLineViolations('export', stdout)).toEqual([]);
  });
});

describe('simulate -f json', () => {
  test('simulate -f json is valid from start to end', async () => {
    const simulation = await startSimulation([
      ...['-f', 'json', '--shape', 'imds,ecs', '--fault', 'reset,path=/latest/user-data'],
    ]);
    const [origin] = JSON.parse(simulation.started).endpoints;
    const get = (path: string) =>
      fetch(new URL(path, origin)).then(
        (response) => response.text(),
        () => '',
      );
    for (const path of [
      'latest/meta-data/iam/security-credentials/simulated-role',
      'latest/user-data',
      'x',
    ]) {
      await get(`/${path}`);
    }
    await simulation.stop();
    const { stdout } = await simulation.done;
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect([...new Set(events)].sort()).toEqual(['listening', 'report', 'request']);
    expect(findLineViolations('simulate', stdout)).toEqual([]);
  });
});

describe('serve -f json', () => {
  const env = () => ({ CRED_WATCH_DB: join(temporaryFolder(), 'samples.db'), CRED_WATCH_HOST: 'vm' });

  test('serve -f json is valid from start to end, also with refreshes and failures', async () => {
    const flag = join(temporaryFolder(), 'broken');
    const process = writeKeyScript(4, 'loader', `[ -e ${flag} ] && exit 1`);
    const args = ['-f', 'json', '--process', process, '--shape', 'imds,ecs'];
    const server = await startServer(args, { env: env() });
    await curl(`${server.origin}/latest/meta-data/`);
    const [{ environments }] = server.started
      .split('\n')
      .slice(0, 1)
      .map((line) => JSON.parse(line));
    const { variables } = environments.find(({ shape }: { shape: string }) => shape === 'ecs');
    await getContainerCredentials(variables);
    await written(server, /"event":"refresh"/);
    writeFileSync(flag, '');
    await written(server, /"event":"failed_refresh"/);
    const { stdout } = await server.stop();
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect([...new Set(events)].sort()).toEqual([
      'failed_refresh',
      'listening',
      'refresh',
      'report',
      'request',
    ]);
    expect(findLineViolations('serve', stdout)).toEqual([]);
  });

  test('/healthz is valid with and without an error', async () => {
    const flag = join(temporaryFolder(), 'broken');
    const args = ['--process', writeKeyScript(2, 'loader', `[ -e ${flag} ] && exit 1`)];
    const server = await startServer(args, { env: env() });
    const read = async () => JSON.parse((await curl(`${server.origin}/healthz`)).body);
    expect(findViolations('healthz', await read())).toEqual([]);
    writeFileSync(flag, '');
    await server.logged(/clients get status 503/);
    const health = await read();
    expect(health.status).toBe('unavailable');
    expect(findViolations('healthz', health)).toEqual([]);
  });
});
