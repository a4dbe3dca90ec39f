import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { METRIC_HELP } from '../../src/report/messages/metrics.ts';
import { minimalEnvironment } from '../support/cli/program-run.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { describeReader } from '../support/credential-formats/describe-reader.ts';
import { describeWithCheckPackages, parseHcl } from '../support/deploy/check-packages.ts';
import { deployPath, listDeployFiles, readDeployFile } from '../support/deploy/files.ts';
import { createDeployWorkspace } from '../support/deploy/workspace.ts';
import { validateInput } from '../support/recipes/validate-input.ts';
import { ciTest } from '../support/thorough.ts';

const FILES = listDeployFiles().filter((file) => file.endsWith('.tf'));

interface Alarm {
  description: string;
  query: string;
  comparison: string;
  threshold: number;
  periods: number;
  missing: string;
}

/** The input of PutMetricAlarm, as the resource in main.tf sets it. */
const buildAlarmInput = (name: string, alarm: Alarm) => ({
  AlarmName: `cred-watch-${name}`,
  AlarmDescription: alarm.description,
  ComparisonOperator: alarm.comparison,
  Threshold: alarm.threshold,
  EvaluationPeriods: alarm.periods,
  DatapointsToAlarm: alarm.periods,
  TreatMissingData: alarm.missing,
  AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:alarms'],
  Metrics: [{ Id: 'value', Expression: alarm.query, Period: 300, ReturnData: true }],
});

/** The parser writes expressions in this way. */
const expression = (text: string) => `\${${text}}`;

describeWithCheckPackages('HCL', () => {
  test('every file is HCL', async () => {
    expect(FILES).toHaveLength(5);
    for (const file of FILES) await parseHcl(file, readDeployFile(file));
    await expect(parseHcl('wrong.tf', 'resource "a" {')).rejects.toThrow();
  });

  test('the resource uses each value of an alarm', async () => {
    const { resource } = (await parseHcl('main.tf', readDeployFile('terraform/alarms/main.tf'))) as {
      resource: { aws_cloudwatch_metric_alarm: { this: Record<string, unknown>[] } };
    };
    expect(resource.aws_cloudwatch_metric_alarm.this).toEqual([
      {
        for_each: expression('local.alarms'),
        alarm_name: `cred-watch-${expression('each.key')}`,
        alarm_description: expression('each.value.description'),
        comparison_operator: expression('each.value.comparison'),
        threshold: expression('each.value.threshold'),
        evaluation_periods: expression('each.value.periods'),
        datapoints_to_alarm: expression('each.value.periods'),
        treat_missing_data: expression('each.value.missing'),
        alarm_actions: expression('var.alarm_actions'),
        ok_actions: expression('var.alarm_actions'),
        metric_query: [
          { id: 'value', expression: expression('each.value.query'), period: 300, return_data: true },
        ],
      },
    ]);
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
  function evaluateAlarms(variables: Record<string, unknown>): {
    alarms: Record<string, Alarm>;
    stderr: string;
  } {
    const folder = temporaryFolder();
    for (const name of ['locals.tf', 'variables.tf'])
      cpSync(deployPath(`terraform/alarms/${name}`), join(folder, name));
    writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(variables));
    const { stdout, stderr } = run(['console'], folder, 'jsonencode(local.alarms)\n');
    return { alarms: stdout.startsWith('"') ? JSON.parse(JSON.parse(stdout)) : {}, stderr };
  }

  test('the files are formatted', () => {
    const { status, stdout } = run(['fmt', '-check', '-recursive'], deployPath('terraform'));
    expect([status, stdout]).toEqual([0, '']);
  });

  test('without variables, the alarms are about the whole fleet', () => {
    expect(Object.keys(evaluateAlarms({}).alarms)).toEqual([
      'clock-ahead',
      'clock-behind',
      'expired-credentials-served',
      'no-metrics',
      'source-down',
    ]);
  });

  test('each job and each host has its alarms', () => {
    const { alarms } = evaluateAlarms({ job_names: ['5h', 'load orders'], hosts: ['i-0abc'] });
    const names = Object.keys(alarms).filter((name) => /^(job|host)-/.test(name));
    expect(names).toEqual([
      'host-silent-i-0abc',
      'job-not-safe-5h',
      'job-not-safe-load orders',
      'job-unknown-5h',
      'job-unknown-load orders',
    ]);
    expect(alarms['job-not-safe-load orders']?.query).toBe(
      `SELECT MIN(cred_watch_job_safe) FROM "cred-watch" WHERE job_name = 'load orders'`,
    );
  });

  test.each([
    ['job_names', ["o'hara"]],
    ['hosts', ['a"b']],
    ['max_silence_seconds', 700],
    ['max_silence_seconds', 86_400],
  ])('%s = %j is rejected', (name, value) => {
    const { alarms, stderr } = evaluateAlarms({ [name]: value });
    expect(alarms).toEqual({});
    expect(stderr).toContain('Invalid value for variable');
  });

  const all = () => evaluateAlarms({ job_names: ['5h'], hosts: ['i-0abc'] }).alarms;

  test('every alarm watches a metric of cred-watch, for at most the three hours that a query sees', () => {
    const alarms = Object.values(all());
    expect(alarms).toHaveLength(8);
    for (const { query, periods } of alarms) {
      const [, metric = ''] =
        /^SELECT (?:MIN|MAX|COUNT)\(cred_watch_(\w+)\) FROM "cred-watch"/.exec(query) ?? [];
      expect(Object.keys(METRIC_HELP)).toContain(metric);
      expect(periods * 300).toBeLessThanOrEqual(3 * 3600);
    }
  });

  test('no data starts the alarms that watch for silence, and no others', () => {
    const breaching = Object.entries(all()).flatMap(([name, { missing }]) =>
      missing === 'breaching' ? [name] : [],
    );
    expect(breaching).toEqual(['host-silent-i-0abc', 'job-unknown-5h', 'no-metrics']);
  });

  describeReader(
    'with the API model of AWS',
    { program: 'aws', package: 'awscli', folders: ['/usr/bin'] },
    (aws) => {
      ciTest('CloudWatch knows every member of the alarms', async () => {
        const workspace = createDeployWorkspace();
        for (const [name, alarm] of Object.entries(all())) {
          writeFileSync(join(workspace.folder, 'alarm.json'), JSON.stringify(buildAlarmInput(name, alarm)));
          const { code, output } = await validateInput(
            workspace,
            aws,
            'cloudwatch put-metric-alarm',
            'alarm.json',
          );
          expect([name, code, output]).toEqual([name, 0, '']);
        }
      });
    },
  );
});

describeReader('the AWS CLI', { program: 'aws', package: 'awscli', folders: ['/usr/bin'] }, (aws) => {
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

describe('the alarms', () => {
  test('name only metrics that exist, also without Terraform', () => {
    const names = [...readDeployFile('terraform/alarms/locals.tf').matchAll(/\(cred_watch_(\w+)\)/g)];
    expect(names.length).toBeGreaterThan(6);
    for (const [, name] of names) expect(Object.keys(METRIC_HELP)).toContain(name);
  });
});
