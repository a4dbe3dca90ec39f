import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  EMF_JOB_DIMENSIONS,
  EMF_METRICS,
  EMF_NAMESPACE,
  EMF_SERIES_DIMENSIONS,
} from '../../src/report/metrics/emf.ts';
import { fixturePath, minimalEnvironment } from '../support/cli/program-run.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { describeWithCheckPackages, parseHcl } from '../support/deploy/check-packages.ts';
import { deployPath, listDeployFiles, readDeployFile } from '../support/deploy/files.ts';
import { createDeployWorkspace } from '../support/deploy/workspace.ts';
import { validateInput } from '../support/recipes/validate-input.ts';
import { ciTest, sampleCases } from '../support/thorough.ts';

const AWS_CLI = { program: 'aws', package: 'awscli', folders: ['/usr/bin'] };

/** The names of the metrics in CloudWatch. A test compares them with the output of the program. */
const METRICS = Object.keys(EMF_METRICS).map((name) => `cred_watch_${name}`);

test('`report -f emf` writes metrics of these names, and of these dimensions', async () => {
  const { shell } = createDeployWorkspace();
  await shell(`cred-watch import --host linux '${fixturePath('curl.log')}'`);
  const { stdout } = await shell('cred-watch report -j 4h -f emf || [ $? -lt 2 ]');
  const directives = stdout
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line)._aws.CloudWatchMetrics);
  const names = directives.flatMap(({ Metrics }) => Metrics.map(({ Name }: { Name: string }) => Name));
  expect(names.filter((name) => !METRICS.includes(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['cred_watch_source_up', 'cred_watch_job_safe']));
  expect(directives.map(({ Dimensions }) => Dimensions)).toEqual([EMF_SERIES_DIMENSIONS, EMF_JOB_DIMENSIONS]);
  expect(new Set(directives.map(({ Namespace }) => Namespace))).toEqual(new Set([EMF_NAMESPACE]));
});

/** The parser writes expressions in this way. */
const expression = (text: string) => `\${${text}}`;

interface Alarm {
  description: string;
  comparison: string;
  periods: number;
  missing: string;
}

interface JobAlarm extends Alarm {
  job: string;
  metric: string;
  statistic: string;
}

interface QueryAlarm extends Alarm {
  query: string;
  threshold: number;
}

describeWithCheckPackages('HCL', () => {
  test('every file is HCL', async () => {
    const files = listDeployFiles().filter((file) => file.endsWith('.tf'));
    expect(files).toHaveLength(5);
    for (const file of files) await parseHcl(file, readDeployFile(file));
    await expect(parseHcl('wrong.tf', 'resource "a" {')).rejects.toThrow();
  });

  test('the resources use each value of an alarm', async () => {
    const { resource } = (await parseHcl('main.tf', readDeployFile('terraform/alarms/main.tf'))) as {
      resource: { aws_cloudwatch_metric_alarm: Record<string, Record<string, unknown>[]> };
    };
    const shared = {
      alarm_name: `cred-watch-${expression('each.key')}`,
      alarm_description: expression('each.value.description'),
      comparison_operator: expression('each.value.comparison'),
      evaluation_periods: expression('each.value.periods'),
      datapoints_to_alarm: expression('each.value.periods'),
      treat_missing_data: expression('each.value.missing'),
      alarm_actions: expression('var.alarm_actions'),
      ok_actions: expression('var.alarm_actions'),
    };
    const job = {
      for_each: expression('local.job_alarms'),
      namespace: EMF_NAMESPACE,
      metric_name: expression('each.value.metric'),
      dimensions: { job_name: expression('each.value.job') },
      statistic: expression('each.value.statistic'),
      period: 300,
      threshold: 1,
    };
    const query = {
      for_each: expression('local.query_alarms'),
      threshold: expression('each.value.threshold'),
      metric_query: [
        { id: 'value', expression: expression('each.value.query'), period: 300, return_data: true },
      ],
    };
    expect(resource.aws_cloudwatch_metric_alarm).toEqual({
      job: [{ ...shared, ...job }],
      query: [{ ...shared, ...query }],
    });
  });

  test('instances require IMDSv2 and have hop limit 2', async () => {
    const { resource } = (await parseHcl('main.tf', readDeployFile('terraform/launch-template/main.tf'))) as {
      resource: { aws_launch_template: { this: { metadata_options: unknown }[] } };
    };
    expect(resource.aws_launch_template.this[0]?.metadata_options).toEqual([
      { http_endpoint: 'enabled', http_tokens: 'required', http_put_response_hop_limit: 2 },
    ]);
  });
});

// Debian has no Terraform. Without a provider, it formats files and evaluates expressions.
describeReader('Terraform', { program: 'terraform', package: null }, (terraform) => {
  const env = minimalEnvironment({ HOME: temporaryFolder(() => {}), CHECKPOINT_DISABLE: '1' });
  const run = (args: string[], cwd: string, input = '') =>
    spawnSync(terraform, args, { encoding: 'utf8', env, cwd, input });

  /** The alarms with these variables. Only the files without resources are read, because the provider is missing. */
  function evaluateAlarms(variables: Record<string, unknown>) {
    const folder = temporaryFolder();
    for (const name of ['locals.tf', 'variables.tf'])
      cpSync(deployPath(`terraform/alarms/${name}`), join(folder, name));
    writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(variables));
    const { stdout, stderr } = run(
      ['console'],
      folder,
      'jsonencode([local.job_alarms, local.query_alarms])\n',
    );
    const [jobs, queries]: [Record<string, JobAlarm>, Record<string, QueryAlarm>] = stdout.startsWith('"')
      ? JSON.parse(JSON.parse(stdout))
      : [{}, {}];
    return { jobs, queries, all: { ...queries, ...jobs }, stderr };
  }

  const evaluateAll = () => evaluateAlarms({ job_names: ['5h', 'load orders'], hosts: ['i-0abc'] });

  test('the files are formatted', () => {
    const { status, stdout } = run(['fmt', '-check', '-recursive'], deployPath('terraform'));
    expect([status, stdout]).toEqual([0, '']);
  });

  test('without variables, the alarms are about the whole fleet', () => {
    expect(Object.keys(evaluateAlarms({}).all)).toEqual([
      'clock-ahead',
      'clock-behind',
      'expired-credentials-served',
      'lead-times-shrink',
      'no-metrics',
      'poller-silent',
      'rotation-overdue',
      'source-down',
    ]);
  });

  test('each job and each host has its alarms', () => {
    const { all, jobs, queries } = evaluateAll();
    expect(Object.keys(all).filter((name) => /^(job|host)-/.test(name))).toEqual([
      'host-silent-i-0abc',
      'job-not-safe-5h',
      'job-not-safe-load orders',
      'job-unknown-5h',
      'job-unknown-load orders',
    ]);
    expect(jobs['job-not-safe-load orders']).toMatchObject({
      job: 'load orders',
      metric: 'cred_watch_job_safe',
      statistic: 'Minimum',
      comparison: 'LessThanThreshold',
    });
    expect(queries['host-silent-i-0abc']?.query).toMatch(/ WHERE host = 'i-0abc'$/);
  });

  const REJECTED: [string, unknown][] = [
    ['job_names', ["o'hara"]],
    ['hosts', ['a"b']],
    ['max_silence_seconds', 700],
    ['max_silence_seconds', 86_400],
  ];
  test.each(sampleCases(REJECTED, 6))('%s = %j is rejected', (name, value) => {
    const { all, stderr } = evaluateAlarms({ [name]: value });
    expect(all).toEqual({});
    expect(stderr).toContain('Invalid value for variable');
  });

  test('every query has a metric and a set of dimensions of `report -f emf`, and covers at most three hours', () => {
    const queries = Object.values(evaluateAll().queries);
    expect(queries).toHaveLength(9);
    const schemas = EMF_SERIES_DIMENSIONS.map((names) => [...names].sort().join(', '));
    const form =
      /^SELECT (?:MIN|MAX|COUNT)\((\w+)\) FROM SCHEMA\("(.*)", ([\w, ]+)\)(?: WHERE host = '.*')?$/;
    for (const { query, periods } of queries) {
      const [, metric, namespace, names] = form.exec(query) ?? [];
      expect(METRICS).toContain(metric);
      expect(namespace).toBe(EMF_NAMESPACE);
      expect(schemas).toContain(names);
      expect(periods * 300).toBeLessThanOrEqual(3 * 3600);
    }
  });

  test('every alarm of a job has a metric with the dimension job_name alone', () => {
    expect(EMF_JOB_DIMENSIONS).toContainEqual(['job_name']);
    const metrics = Object.values(evaluateAll().jobs).map(({ metric }) => metric);
    expect(new Set(metrics)).toEqual(new Set(['cred_watch_job_safe', 'cred_watch_job_unknown']));
    for (const metric of metrics) expect(METRICS).toContain(metric);
  });

  test('no data starts the alarms that watch for silence, and no others', () => {
    const breaching = Object.entries(evaluateAll().all).flatMap(([name, { missing }]) =>
      missing === 'breaching' ? [name] : [],
    );
    expect(breaching).toEqual([
      'host-silent-i-0abc',
      'no-metrics',
      'job-unknown-5h',
      'job-unknown-load orders',
    ]);
  });

  describeReader('with the API model of AWS', AWS_CLI, (aws) => {
    ciTest('CloudWatch knows every member of the alarms', async () => {
      const workspace = createDeployWorkspace();
      const validate = (input: object) => {
        writeFileSync(join(workspace.folder, 'alarm.json'), JSON.stringify(input));
        return validateInput(workspace, aws, 'cloudwatch put-metric-alarm', 'alarm.json');
      };
      for (const [name, alarm] of Object.entries(evaluateAll().all))
        expect([name, (await validate(buildAlarmInput(name, alarm))).code]).toEqual([name, 0]);
      expect((await validate({ AlarmTitle: 'misspelt' })).code).toBe(252);
    });
  });
});

describeReader('the AWS CLI', AWS_CLI, (aws) => {
  ciTest('EC2 knows the metadata options of the launch template', async () => {
    const workspace = createDeployWorkspace();
    const options = { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 2 };
    const validate = (metadata: object) => {
      const input = { LaunchTemplateName: 'cred-watch', LaunchTemplateData: { MetadataOptions: metadata } };
      writeFileSync(join(workspace.folder, 'template.json'), JSON.stringify(input));
      return validateInput(workspace, aws, 'ec2 create-launch-template', 'template.json');
    };
    expect(await validate(options)).toMatchObject({ code: 0 });
    expect(await validate({ ...options, HopLimit: 2 })).toMatchObject({ code: 252 });
  });
});

/** The input of PutMetricAlarm, as the resources in main.tf set it. */
function buildAlarmInput(name: string, alarm: JobAlarm | QueryAlarm) {
  const watched =
    'query' in alarm
      ? {
          Threshold: alarm.threshold,
          Metrics: [{ Id: 'value', Expression: alarm.query, Period: 300, ReturnData: true }],
        }
      : {
          Threshold: 1,
          Namespace: EMF_NAMESPACE,
          MetricName: alarm.metric,
          Dimensions: [{ Name: 'job_name', Value: alarm.job }],
          Statistic: alarm.statistic,
          Period: 300,
        };
  return {
    AlarmName: `cred-watch-${name}`,
    AlarmDescription: alarm.description,
    ComparisonOperator: alarm.comparison,
    EvaluationPeriods: alarm.periods,
    DatapointsToAlarm: alarm.periods,
    TreatMissingData: alarm.missing,
    AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:alarms'],
    ...watched,
  };
}
