import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { ROOT } from '../docs/markdown.ts';

export const RULES_FOLDER = join(ROOT, 'deploy', 'prometheus');

/** A time series from minute 0 on, in the notation of promtool: `1x30 0x60` or `0+60x90`, with `_` for a gap. */
export interface InputSeries {
  series: string;
  values: string;
}

/** How many alerts fire at these minutes. */
export type FiringCounts = Readonly<Record<number, number>>;

/** One case of `promtool test rules`, which reads JSON as YAML. */
export interface RuleCase {
  name: string;
  series: readonly InputSeries[];
  firing: FiringCounts;
}

const toTest = (alert: string, { name, series, firing }: RuleCase) => ({
  name: `${alert}: ${name}`,
  interval: '1m',
  input_series: series,
  promql_expr_test: Object.entries(firing).map(([minute, count]) => ({
    expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
    eval_time: `${minute}m`,
    exp_samples: [{ labels: '{}', value: count }],
  })),
});

/** Runs promtool with the rules of the repository. Returns its output if a case fails, else ''. */
export function runRuleTests(promtool: string, alert: string, cases: readonly RuleCase[]): string {
  // The other alerts would only take time.
  const [head = '', ...rules] = readFileSync(join(RULES_FOLDER, 'alerts.yml'), 'utf8').split(
    /^(?= {6}- alert: )/m,
  );
  const file = join(temporaryFolder(), 'alert.yml');
  writeFileSync(
    file,
    [head, ...rules.filter((rule) => rule.startsWith(`      - alert: ${alert}\n`))].join(''),
  );
  return runPromtoolTests(
    promtool,
    cases.map((each) => toTest(alert, each)),
    [file],
  );
}

/** @param ruleFiles default: all rules of the repository */
export function runPromtoolTests(
  promtool: string,
  tests: readonly object[],
  ruleFiles = ['alerts.yml', 'recording.yml'].map((name) => join(RULES_FOLDER, name)),
): string {
  const file = join(temporaryFolder(), 'rules.test.json');
  writeFileSync(file, JSON.stringify({ rule_files: ruleFiles, evaluation_interval: '1m', tests }));
  const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return status === 0 ? '' : stdout + stderr;
}
