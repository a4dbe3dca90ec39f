import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { METRIC_HELP } from '../../../src/report/messages/metrics.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describeReader } from '../../support/credential-formats/describe-reader.ts';
import { RULES_FOLDER } from '../../support/deploy/rule-tests.ts';
import { ROOT } from '../../support/docs/markdown.ts';

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; refId: string; datasource: { uid: string } }[];
}

interface Variable {
  name: string;
  type: string;
  query: string | { query: string };
}

const text = readFileSync(join(ROOT, 'deploy', 'grafana', 'cred-watch.json'), 'utf8');
const dashboard: {
  uid: string;
  schemaVersion: number;
  panels: Panel[];
  templating: { list: Variable[] };
} = JSON.parse(text);
const { panels } = dashboard;
const variables = dashboard.templating.list;
const targets = panels.flatMap((panel) => panel.targets ?? []);

/** Metrics of `serve` and of `report --fleet` have no panel: the dashboard is about measured sources. */
const WITHOUT_PANEL = /^(served_|fleet_|build_info$|series_retired$|poll_last_success_timestamp_seconds$)/;

/** Names of recording rules have a colon before the metric. */
const findMetrics = (queries: string) =>
  [...queries.matchAll(/(?<!:)\bcred_watch_(\w+)/g)].map(([, name = '']) => name);

test('every metric of the dashboard and of the rules exists', () => {
  const rules = ['alerts.yml', 'recording.yml'].map((name) => readFileSync(join(RULES_FOLDER, name), 'utf8'));
  const used = findMetrics([text, ...rules].join('\n'));
  expect(used.length).toBeGreaterThan(40);
  expect(used.filter((name) => !Object.hasOwn(METRIC_HELP, name))).toEqual([]);
});

test('the dashboard shows every metric of a source', () => {
  const shown = new Set(findMetrics(text));
  const missing = Object.keys(METRIC_HELP).filter((name) => !shown.has(name) && !WITHOUT_PANEL.test(name));
  expect(missing).toEqual([]);
});

test('panels have unique ids, a title and a description, and do not overlap', () => {
  expect(dashboard).toMatchObject({ uid: 'cred-watch', schemaVersion: 39 });
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = new Set<string>();
  for (const { type, title, description = '', gridPos } of panels) {
    expect(title).not.toBe('');
    if (type !== 'row') expect(description, title).not.toBe('');
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(cells.has(`${x},${y}`), title).toBe(false);
        cells.add(`${x},${y}`);
      }
    }
  }
});

test('the data source is a variable, and every variable of a query is declared', () => {
  const ids = [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
  expect(ids.length).toBeGreaterThan(40);
  expect(ids.filter((uid = '') => !/^(?:cred-watch|\$\{datasource\})$/.test(uid))).toEqual([]);
  expect(variables[0]).toMatchObject({ type: 'datasource', name: 'datasource', query: 'prometheus' });
  const used = [...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(new Set(variables.map(({ name }) => name)));
});

test('the targets of a panel have different letters', () => {
  for (const { title, targets: own = [] } of panels)
    expect(new Set(own.map(({ refId }) => refId)).size, title).toBe(own.length);
});

describeReader('queries of the dashboard', { program: 'promtool', package: 'prometheus' }, (promtool) => {
  test('promtool accepts every query', () => {
    const rules = targets.map(({ expr }, index) => ({
      record: `query_${index}`,
      expr: expr.replaceAll('$window', '7d').replace(/\$[a-z]\w*/g, '.*'),
    }));
    const file = join(temporaryFolder(), 'queries.json');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const run = () => spawnSync(promtool, ['check', 'rules', file], { encoding: 'utf8', timeout: 20_000 });
    const { status, stdout, stderr } = run();
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`${targets.length} rules found`));
    // promtool rejects a query with a syntax error, so the check is effective.
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'a', rules: [{ record: 'b', expr: 'sum(' }] }] }));
    expect(run().status).not.toBe(0);
  });
});
