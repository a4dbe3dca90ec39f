import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMF_JOB_DIMENSIONS, EMF_METRICS, EMF_SERIES_DIMENSIONS } from '../../src/report/metrics/emf.ts';
import { RULES_FOLDER } from '../support/deploy/rule-tests.ts';
import { ROOT, readDocument } from '../support/docs/markdown.ts';

const document = readDocument('docs/metrics.md');

test('docs/metrics.md lists every alert with its severity, its delay and its summary', () => {
  const rules = readFileSync(join(RULES_FOLDER, 'alerts.yml'), 'utf8')
    .split(/^ {6}- alert: /m)
    .slice(1);
  const expected = rules.map((rule) => {
    const find = (pattern: RegExp) => pattern.exec(rule)?.[1] ?? '';
    const name = find(/^(\w+)/);
    const page = find(/runbook_url: .*\/docs\/(runbooks\/[\w-]+\.md)/);
    const summary = find(/summary: (.*)/).replace(/\{\{ \$labels\.(\w+) \}\}/g, '{$1}');
    return `| [\`${name}\`](${page}) | ${find(/severity: (\w+)/)} | ${find(/^ {8}for: (\w+)/m) || '0m'} | ${summary} |`;
  });
  const table = /<!-- alerts -->\n(?:\|.*\n){2}((?:\|.*\n)+)/.exec(document)?.[1] ?? '';
  expect(table.trimEnd().split('\n')).toEqual(expected);
});

test('docs/metrics.md lists every metric of the embedded metric format with its unit, and the dimensions', () => {
  const text = document.slice(document.indexOf('<!-- emf -->'));
  const rows = [...text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \| (\w+) \| .* \|$/gm)].flatMap(
    ([, names = '', unit = '']) =>
      names.split(', ').map((name) => [name.replace(/`(?:cred_watch_)?/g, ''), unit]),
  );
  expect(Object.fromEntries(rows)).toEqual(EMF_METRICS);
  for (const [single, all] of [EMF_SERIES_DIMENSIONS, EMF_JOB_DIMENSIONS]) {
    const [first, second] = [single, all].map((names) => names.map((name) => `\`${name}\``).join(', '));
    expect(text).toContain(`| ${first} | ${second} |`);
  }
});

test('docs/metrics.md names every variable of push', () => {
  const source = readFileSync(join(import.meta.dirname, '../../src/remote/metrics/authorization.ts'), 'utf8');
  const names = [...source.matchAll(/= `\$\{PREFIX\}(\w+)`/g)].map(
    ([, name]) => `CRED_WATCH_PROMETHEUS_${name}`,
  );
  expect(names).toHaveLength(3);
  for (const name of names) expect(document).toContain(`\`${name}\``);
});

test('the alarms of Terraform use only metrics and dimensions of the embedded metric format', () => {
  const alarms = readFileSync(join(ROOT, 'deploy', 'terraform', 'alarms', 'locals.tf'), 'utf8');
  const metrics = [...alarms.matchAll(/\bcred_watch_(\w+)/g)].map(([, name = '']) => name);
  expect(metrics.length).toBeGreaterThan(5);
  expect(metrics.filter((name) => !Object.hasOwn(EMF_METRICS, name))).toEqual([]);
  const dimensions = [...alarms.matchAll(/WHERE (\w+) =/g)].map(([, name]) => name);
  expect(dimensions.length).toBeGreaterThan(0);
  expect(dimensions.filter((name) => !EMF_JOB_DIMENSIONS.flat().some((each) => each === name))).toEqual([]);
});
