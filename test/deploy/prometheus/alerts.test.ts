import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { ALERT_CASES } from '../../support/deploy/alert-cases.ts';
import { RULES_FOLDER, runPromtoolTests, runRuleTests } from '../../support/deploy/rule-tests.ts';
import { ROOT, readDocument } from '../../support/docs/markdown.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const PROMTOOL = { program: 'promtool', package: 'prometheus' };
const VMALERT = { program: 'vmalert', package: 'victoria-metrics' };

const rules = readFileSync(join(RULES_FOLDER, 'alerts.yml'), 'utf8');
/** The text of each alert by its name. */
const alerts = new Map(
  rules
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);

describe('every alert', () => {
  test('there are test cases for every alert, at least four', () => {
    expect(Object.keys(ALERT_CASES)).toEqual([...alerts.keys()]);
    for (const [name, cases] of Object.entries(ALERT_CASES))
      expect(cases.length, name).toBeGreaterThanOrEqual(4);
  });

  test.each([...alerts])(
    '%s has a severity, a summary, a description and a runbook that exists',
    (name, text) => {
      expect(name).toMatch(/^CredWatch[A-Z][A-Za-z]+$/);
      expect(text).toMatch(/^ {10}severity: (warning|critical)$/m);
      expect(text).toMatch(/^ {10}summary: .*\{\{ \$labels\.host \}\}/m);
      expect(text).toMatch(/^ {10}description: \S/m);
      const runbook =
        /^ {10}runbook_url: file:\/\/\/usr\/lib\/node_modules\/cred-watch\/(docs\/runbooks\/[a-z-]+\.md)$/m.exec(
          text,
        );
      const page = join(ROOT, runbook?.[1] ?? '');
      expect(existsSync(page), page).toBe(true);
      expect(readFileSync(page, 'utf8')).toMatch(new RegExp(`^# ${name}$`, 'm'));
    },
  );

  test('the documented sed command changes every link to a runbook', () => {
    const command = /^sed -i 's\|(.*?)\|(.*?)\|' alerts\.yml$/m.exec(readDocument('docs/metrics.md'));
    const changed = rules.replaceAll(command?.[1] ?? '', command?.[2] ?? '');
    const links = changed.match(/runbook_url: .*/g) ?? [];
    expect(links).toHaveLength(alerts.size);
    for (const link of links)
      expect(link).toMatch(/^runbook_url: https:\/\/wiki\.example\.com\/runbooks\/[a-z-]+\.md$/);
  });

  test('each runbook page belongs to an alert', () => {
    // The second page is for an error that has no alert.
    const others = ['README.md', 'expired-token.md'];
    const pages = readdirSync(join(ROOT, 'docs', 'runbooks')).filter((each) => !others.includes(each));
    expect(pages.filter((page) => !rules.includes(`/docs/runbooks/${page}\n`))).toEqual([]);
  });
});

describeReader('alerts in promtool', PROMTOOL, (promtool) => {
  test('promtool accepts the rules', () => {
    const files = ['alerts.yml', 'recording.yml'].map((name) => join(RULES_FOLDER, name));
    const { status, stdout } = spawnSync(
      promtool,
      ['check', 'rules', '--lint=all', '--lint-fatal', ...files],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    expect([status, stdout.match(/SUCCESS/g)?.length]).toEqual([0, 2]);
  });

  test.each(sampleCases(Object.entries(ALERT_CASES), 9))(
    'promtool finds %s firing when it must, and quiet otherwise',
    (name, cases) => {
      expect(runRuleTests(promtool, name, cases)).toBe('');
    },
  );

  ciTest('a wrong count of firing alerts is an error, so the cases are effective', () => {
    const [first] = ALERT_CASES.CredWatchJobUnsafe ?? [];
    if (first === undefined) throw new Error('there are no cases');
    const wrong = { ...first, firing: { 65: 0 } };
    expect(runRuleTests(promtool, 'CredWatchJobUnsafe', [wrong])).toMatch(/FAILED/);
  });

  test('the annotations contain the host, the job, the duration, and the role if there is one', () => {
    const labels = { host: 'h', source: 'imds', role: 'r', job_name: '5h' };
    const written = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    const alert = {
      eval_time: '10m',
      alertname: 'CredWatchJobUnsafe',
      exp_alerts: [
        {
          exp_labels: { ...labels, severity: 'critical' },
          exp_annotations: {
            summary: 'Job 5h is not safe on h',
            description: 'The credentials of role r from imds do not outlive job 5h at every start.',
            runbook_url: 'file:///usr/lib/node_modules/cred-watch/docs/runbooks/job-unsafe.md',
          },
        },
      ],
    };
    const { role: _, ...withoutRole } = labels;
    const unnamed = {
      exp_labels: { ...withoutRole, job_name: '6h', severity: 'critical' },
      exp_annotations: {
        summary: 'Job 6h is not safe on h',
        description: 'The credentials from imds do not outlive job 6h at every start.',
        runbook_url: alert.exp_alerts[0]?.exp_annotations.runbook_url,
      },
    };
    const silent = {
      eval_time: '40m',
      alertname: 'CredWatchPollerSilent',
      exp_alerts: [
        {
          exp_labels: { host: 'h', source: 'imds', severity: 'critical' },
          exp_annotations: {
            summary: 'cred-watch has stopped polling imds on h',
            description:
              'The last poll was 40m 0s ago. All other metrics of this source are old, including the verdicts on jobs.',
            runbook_url: 'file:///usr/lib/node_modules/cred-watch/docs/runbooks/poller-silent.md',
          },
        },
      ],
    };
    const input_series = [
      { series: `cred_watch_job_safe{${written.join(',')}}`, values: '0x60' },
      { series: 'cred_watch_job_safe{host="h",source="imds",role="",job_name="6h"}', values: '0x60' },
      {
        series: 'cred_watch_poll_last_attempt_timestamp_seconds{host="h",source="imds"}',
        values: '0x60',
      },
    ];
    const tests = [
      {
        interval: '1m',
        input_series,
        alert_rule_test: [{ ...alert, exp_alerts: [...alert.exp_alerts, unnamed] }, silent],
      },
    ];
    expect(runPromtoolTests(promtool, tests)).toBe('');
  });

  test('the recording rules aggregate over hosts', () => {
    const safe = (host: string, apiVersion: string, value: string) => ({
      series: `cred_watch_job_safe{host="${host}",source="imds",api_version="${apiVersion}",job_name="5h"}`,
      values: value,
    });
    const remaining = (host: string, value: string) => ({
      series: `cred_watch_min_remaining_seconds{host="${host}",source="imds",role="r",window="7d"}`,
      values: value,
    });
    const tests = [
      {
        interval: '1m',
        input_series: [
          safe('a', '1', '1x60'),
          safe('a', '2', '0x60'),
          safe('b', '2', '1x60'),
          remaining('a', '18000x60'),
          remaining('b', '17976x60'),
        ],
        promql_expr_test: [
          {
            expr: 'job_name:cred_watch_job_safe:avg',
            eval_time: '10m',
            exp_samples: [{ labels: 'job_name:cred_watch_job_safe:avg{job_name="5h"}', value: 0.5 }],
          },
          {
            expr: 'source_role_window:cred_watch_min_remaining_seconds:min',
            eval_time: '10m',
            exp_samples: [
              {
                labels:
                  'source_role_window:cred_watch_min_remaining_seconds:min{source="imds",role="r",window="7d"}',
                value: 17_976,
              },
            ],
          },
        ],
      },
    ];
    expect(runPromtoolTests(promtool, tests)).toBe('');
  });
});

describeReader('alerts in vmalert', VMALERT, (vmalert) => {
  test('vmalert accepts the rules', () => {
    const { status, stderr } = spawnSync(vmalert, ['-dryRun', `-rule=${RULES_FOLDER}/*.yml`], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(status, stderr).toBe(0);
  });
});
