import { expect, test } from 'vitest';
import type { AssessedFleet } from '../../../src/domain/fleet/assessed-fleet.ts';
import { FLEET_FORMATS, type FleetFormat } from '../../../src/report/fleet/formats.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import {
  failing,
  HOSTILE_NAMES,
  HOUR,
  hourly,
  identity,
  job,
  joinPieces,
  NOW,
} from '../../support/report/assessments.ts';
import { fleetContext, judgeFleet } from '../../support/report/fleets.ts';

const FORMATS = Object.keys(FLEET_FORMATS) as FleetFormat[];

/** In these formats, a tag has no effect. */
const PLAIN_TEXT = new Set<FleetFormat>(['table', 'json', 'csv', 'prometheus']);

/** Characters that control a terminal, reverse or hide text, or end a line in some readers. */
const RAW =
  /[\0-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffff\u{e0000}-\u{e0fff}]|\p{Cs}/u;

const shortLifetimes = [4, 4, 3.5, 4].map((hours) => hours * HOUR);
const JOBS = [job(3 * HOUR), job(null, { name: 'nightly' })];

/** Every part of a report: silent hosts, changes, trends and groups, with hostile names everywhere. */
function hostile(): AssessedFleet {
  const names = Object.values(HOSTILE_NAMES);
  const histories = names.flatMap((name, index) => {
    const next = names[(index + 1) % names.length] ?? '';
    return [
      hourly(identity({ host: name, role: next })),
      hourly(identity({ host: next, role: name, source: 'process', apiVersion: '' }), {
        lifetimes: shortLifetimes,
      }),
      failing(identity({ host: `${name} failing`, role: '' })),
    ];
  });
  const all = names.join('');
  const hosts = names.map((host) => ({ host, tags: { [all]: host }, pushedAt: NOW - 3 * 86_400_000 }));
  const jobs = [job(3 * HOUR, { name: all }), job(null, { name: names[0] ?? '' })];
  const fleet = judgeFleet(histories, { jobs, groupBy: { kind: 'tag', name: all } }, hosts);
  return {
    ...fleet,
    changes: [
      {
        ...{ source: 'imds', role: all, figure: 'lead-time', direction: 'shorter' },
        ...{ hostCount: 3, comparedCount: 5, usual: 3600, changed: 1800, example: all },
      },
    ],
    trends: [
      {
        ...{ source: 'imds', role: all, hostCount: 3, comparedCount: 5, worstHost: all },
        ...{ shrinkingPerDay: 60, worstCase: 3600, spareUsedUpAt: NOW },
      },
    ],
  };
}

const render = (format: FleetFormat, fleet: AssessedFleet, more = {}) =>
  joinPieces(Promise.resolve(FLEET_FORMATS[format](fleet, fleetContext(more))));

test.each(FORMATS)('the format %s of a fleet escapes line ends and invisible characters', async (format) => {
  const text = await render(format, hostile());
  expect(text.split('\n').filter((line) => RAW.test(line))).toEqual([]);
  expect(text).toContain('INJECTED');
  expect(text).not.toMatch(/\n\s*INJECTED/);
});

test.each(FORMATS.filter((format) => !PLAIN_TEXT.has(format)))(
  'the format %s of a fleet shows hostile names as text, not as markup',
  async (format) => {
    expect(await render(format, hostile())).not.toMatch(/<script>/i);
  },
);

test('spreadsheets see no formula in the CSV of a fleet', async () => {
  const csv = await render('csv', hostile());
  expect(csv).toContain(`"'=HYPERLINK`);
  expect(csv).not.toMatch(/(?:^|[,"])=HYPERLINK/m);
});

test('the JSON of a fleet follows its schema, and keeps names unchanged', async () => {
  const fleets = [
    hostile(),
    judgeFleet([]),
    judgeFleet([hourly(identity())], { groupBy: { kind: 'role' } }),
    judgeFleet([hourly(identity())], { jobs: JOBS, groupBy: { kind: 'source' } }),
  ];
  for (const fleet of fleets) {
    const json = JSON.parse(await render('json', fleet));
    expect(findViolations('fleet', json)).toEqual([]);
    expect(json.hosts.map(({ host }: { host: string }) => host)).toEqual(fleet.hosts.map(({ host }) => host));
  }
});

test.each([60, 80, 110])('the table of a fleet fits %d columns', async (width) => {
  const table = await render('table', hostile(), { width, isPeriodOfStoredValues: true });
  expect(table.split('\n').filter((line) => line.length > width)).toEqual([]);
});

const mixed = () =>
  judgeFleet(
    [
      hourly(identity()),
      hourly(identity({ host: 'web-2', role: 'worker' }), { lifetimes: shortLifetimes }),
      failing(identity({ host: 'web-3', apiVersion: '', role: '' })),
    ],
    { jobs: [job(3 * HOUR)], groupBy: { kind: 'role' } },
  );

test('the table of a fleet shows the share of safe hosts, groups, the worst hosts and silent hosts', async () => {
  expect(await render('table', mixed())).toMatchInlineSnapshot(`
    "  fleet                 not safe: a 3h job with a margin of 5m is safe on 1 of 3
                            hosts (33.33%)
                            1 not safe, 1 unknown: 1 without samples
      hosts                 3 with 3 series
      worst case            2h 30m

      role          verdict               hosts   safe    worst case   rotation
                                                                       interval
      worker        start-after-rotation  1       0%      2h 30m       1h
      (none)        unknown               1       0%
      app           safe                  1       100%    5h           1h

      host                          verdict               worst case   spare
      web-2                         start-after-rotation  2h 30m       -35m
      web-3                         unknown
      web-1                         safe                  5h           1h 55m

      silent hosts          web-3: no sample yet

      what to do            check on these hosts that \`cred-watch poll\` runs, and
                            that its pushes succeed
    "
  `);
});

test('the table of a fleet shows as many hosts as requested', async () => {
  const table = await render('table', mixed(), { top: 1 });
  expect(table).toContain('2 more hosts are not shown, at worst unknown; show more with `--top NUMBER`');
  expect(table).not.toMatch(/^ {2}web-1 /m);
});

test('Markdown shows the same hosts as the table', async () => {
  expect(await render('markdown', mixed())).toMatchInlineSnapshot(`
    "## cred-watch: fleet ❌ not safe: start-after-rotation

    - \`not safe: a 3h job with a margin of 5m is safe on 1 of 3 hosts (33.33%)\`; 1 not safe, 1 unknown: 1 without samples
    - hosts: 3 with 3 series
    - worst case: 2h 30m

    | \`role\` | verdict | hosts | safe | worst case | rotation interval |
    | --- | --- | --- | --- | --- | --- |
    | \`worker\` | ❌ not safe: start-after-rotation | 1 | 0% | 2h 30m | 1h |
    | \`(none)\` | ❔ unknown | 1 | 0% |  |  |
    | \`app\` | ✅ safe | 1 | 100% | 5h | 1h |

    | host | verdict | worst case | spare | series |
    | --- | --- | --- | --- | --- |
    | \`web-2\` | ❌ not safe: start-after-rotation | 2h 30m | -35m | \`imds v2 worker\` |
    | \`web-3\` | ❔ unknown |  |  | \`imds\` |
    | \`web-1\` | ✅ safe | 5h | 1h 55m | \`imds v2 app\` |

    ### silent hosts

    - \`web-3\`: no sample yet
    - check on these hosts that \`cred-watch poll\` runs, and that its pushes succeed
    "
  `);
});

test('the gauges of a fleet have no label of a host', async () => {
  expect(await render('prometheus', mixed())).toMatchInlineSnapshot(`
    "# HELP cred_watch_fleet_hosts Hosts of the fleet.
    # TYPE cred_watch_fleet_hosts gauge
    cred_watch_fleet_hosts 3

    # HELP cred_watch_fleet_series Series of all hosts.
    # TYPE cred_watch_fleet_series gauge
    cred_watch_fleet_series 3

    # HELP cred_watch_fleet_worst_case_remaining_seconds Shortest validity that a job could have started with on any host.
    # TYPE cred_watch_fleet_worst_case_remaining_seconds gauge
    cred_watch_fleet_worst_case_remaining_seconds 9000

    # HELP cred_watch_fleet_silent_hosts Hosts without a recent sample.
    # TYPE cred_watch_fleet_silent_hosts gauge
    cred_watch_fleet_silent_hosts 1

    # HELP cred_watch_fleet_changed_roles Roles and sources whose behaviour changed in the last week.
    # TYPE cred_watch_fleet_changed_roles gauge
    cred_watch_fleet_changed_roles 0

    # HELP cred_watch_fleet_shrinking_roles Roles and sources whose lead times shrink.
    # TYPE cred_watch_fleet_shrinking_roles gauge
    cred_watch_fleet_shrinking_roles 0

    # HELP cred_watch_fleet_job_hosts Hosts by the safety of the job: safe, not-safe or unknown.
    # TYPE cred_watch_fleet_job_hosts gauge
    cred_watch_fleet_job_hosts{job_name="3h",safety="safe"} 1
    cred_watch_fleet_job_hosts{job_name="3h",safety="not-safe"} 1
    cred_watch_fleet_job_hosts{job_name="3h",safety="unknown"} 1

    # HELP cred_watch_fleet_job_safe_hosts_ratio Share of hosts on which the job is safe at any start.
    # TYPE cred_watch_fleet_job_safe_hosts_ratio gauge
    cred_watch_fleet_job_safe_hosts_ratio{job_name="3h"} 0.3333333333333333

    # HELP cred_watch_fleet_job_safe Whether the job is safe on all hosts; missing if unknown.
    # TYPE cred_watch_fleet_job_safe gauge
    cred_watch_fleet_job_safe{job_name="3h"} 0

    # HELP cred_watch_fleet_job_required_seconds Job duration plus margin.
    # TYPE cred_watch_fleet_job_required_seconds gauge
    cred_watch_fleet_job_required_seconds{job_name="3h"} 11100

    # HELP cred_watch_fleet_group_hosts Hosts of the group.
    # TYPE cred_watch_fleet_group_hosts gauge
    cred_watch_fleet_group_hosts{group_by="role",group="worker"} 1
    cred_watch_fleet_group_hosts{group_by="role",group=""} 1
    cred_watch_fleet_group_hosts{group_by="role",group="app"} 1

    # HELP cred_watch_fleet_group_worst_case_remaining_seconds Shortest validity that a job could have started with on any host of the group.
    # TYPE cred_watch_fleet_group_worst_case_remaining_seconds gauge
    cred_watch_fleet_group_worst_case_remaining_seconds{group_by="role",group="worker"} 9000
    cred_watch_fleet_group_worst_case_remaining_seconds{group_by="role",group="app"} 18000

    # HELP cred_watch_fleet_group_job_hosts Hosts of the group by the safety of the job: safe, not-safe or unknown.
    # TYPE cred_watch_fleet_group_job_hosts gauge
    cred_watch_fleet_group_job_hosts{group_by="role",group="worker",job_name="3h",safety="safe"} 0
    cred_watch_fleet_group_job_hosts{group_by="role",group="worker",job_name="3h",safety="not-safe"} 1
    cred_watch_fleet_group_job_hosts{group_by="role",group="worker",job_name="3h",safety="unknown"} 0
    cred_watch_fleet_group_job_hosts{group_by="role",group="",job_name="3h",safety="safe"} 0
    cred_watch_fleet_group_job_hosts{group_by="role",group="",job_name="3h",safety="not-safe"} 0
    cred_watch_fleet_group_job_hosts{group_by="role",group="",job_name="3h",safety="unknown"} 1
    cred_watch_fleet_group_job_hosts{group_by="role",group="app",job_name="3h",safety="safe"} 1
    cred_watch_fleet_group_job_hosts{group_by="role",group="app",job_name="3h",safety="not-safe"} 0
    cred_watch_fleet_group_job_hosts{group_by="role",group="app",job_name="3h",safety="unknown"} 0

    # HELP cred_watch_fleet_group_job_safe_hosts_ratio Share of hosts of the group on which the job is safe at any start.
    # TYPE cred_watch_fleet_group_job_safe_hosts_ratio gauge
    cred_watch_fleet_group_job_safe_hosts_ratio{group_by="role",group="worker",job_name="3h"} 0
    cred_watch_fleet_group_job_safe_hosts_ratio{group_by="role",group="",job_name="3h"} 0
    cred_watch_fleet_group_job_safe_hosts_ratio{group_by="role",group="app",job_name="3h"} 1

    # HELP cred_watch_build_info Version of cred-watch and of Node.js.
    # TYPE cred_watch_build_info gauge
    cred_watch_build_info{version="0.0.0",node="24.0.0"} 1
    "
  `);
});

test('the page of a fleet has no script, and forbids all requests', async () => {
  const page = await render('html', mixed());
  expect(page).toContain('default-src &#39;none&#39;');
  expect(page).not.toContain('<script');
  expect(page).toContain('<th scope="row">web-2</th>');
  expect(page).not.toMatch(/\b(?:src|href)="(?!data:)/);
});

test('a host without a verdict has no spare, and no cell of the page is empty', async () => {
  const short = hourly(identity({ host: 'short' }), { lifetimes: [6 * HOUR] });
  const fleet = judgeFleet([short, failing(identity({ host: 'dead', role: '' }))], { jobs: [job(3 * HOUR)] });
  const page = await joinPieces(FLEET_FORMATS.html(fleet, fleetContext()));
  expect(page.match(/<td>/g)).not.toBeNull();
  expect(page).not.toContain('<td></td>');
  for (const row of page.match(/<tr><th scope="row">.*/g) ?? [])
    expect(row).toMatch(/unknown.*<td>–<\/td><td>imds/);
  // The style sheet writes the first letter of other lists in upper case.
  expect(page).toMatch(/<ul class="names"><li>dead: /);
});

test('with several jobs, each row of CSV has one job', async () => {
  const fleet = judgeFleet([hourly(identity())], { jobs: JOBS });
  const [head = '', ...rows] = (await render('csv', fleet)).trimEnd().split('\n');
  const column = head.split(',').indexOf('verdict');
  expect(rows.map((row) => row.split(',')[column])).toEqual(['safe', 'unknown']);
});
