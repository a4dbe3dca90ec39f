import { expect, test } from 'vitest';
import type { AssessedFleet } from '../../../src/domain/fleet/assessed-fleet.ts';
import type { FailedPollCount, SeriesHistory } from '../../../src/domain/model.ts';
import { FLEET_FORMATS, type FleetFormat } from '../../../src/report/fleet/formats.ts';
import { formatShare } from '../../../src/report/text/format-values.ts';
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
import { sampleCases } from '../../support/thorough.ts';

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

test.each(sampleCases(FORMATS, 3))(
  'the format %s of a fleet escapes line ends and invisible characters',
  async (format) => {
    const text = await render(format, hostile());
    expect(text.split('\n').filter((line) => RAW.test(line))).toEqual([]);
    expect(text).toContain('INJECTED');
    expect(text).not.toMatch(/\n\s*INJECTED/);
  },
);

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

test.each(sampleCases([60, 80, 110], 3))('the table of a fleet fits %d columns', async (width) => {
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
                            1 not safe, 1 unknown: 1 with no samples; 1 safe so far,
                            with a short history
      hosts                 3 with 3 series
      worst case            2h 30m on host web-2, 35m short
      what to do            start the job soon after a rotation: the report of a
                            host says within which time
                            or let the job refresh its credentials instead of using
                            a copy (IAM_ROLE for a Redshift COPY), or split the job
                            show why on the worst host: \`cred-watch report --host
                            web-2 -j 3h --margin 5m\`, with the same database

      role          verdict               hosts   safe    worst case   rotation
                                                                       interval
      worker        not safe              1       0%      2h 30m       1h
      (none)        unknown               1       0%
      app           safe so far           1       100%    5h           1h

      host          verdict               note            worst case   spare
      web-2         not safe: safe only                   2h 30m       -35m
                    after rotations
      web-3         unknown               polls fail, no
                                          samples
      web-1         safe so far           short history   5h           1h 55m

      failing polls         web-3: the last poll of imds failed at 2026-11-22
                            11:55:00Z (timeout)

      what to do            run \`cred-watch sources\` on these hosts: it shows each
                            source and what to repair; new rotations are not
                            recorded meanwhile

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
  const page = await render('html', mixed(), { top: 1 });
  expect(page).toMatch(/2 more hosts are not shown.*show more with <code>/);
  expect(page).not.toContain('`');
});

test('Markdown shows the same hosts as the table', async () => {
  expect(await render('markdown', mixed())).toMatchInlineSnapshot(`
    "## cred-watch: fleet ❌ not safe

    - \`not safe: a 3h job with a margin of 5m is safe on 1 of 3 hosts (33.33%)\`; 1 not safe, 1 unknown: 1 with no samples; 1 safe so far, with a short history
    - hosts: 3 with 3 series
    - worst case: \`2h 30m on host web-2, 35m short\`

    | \`role\` | verdict | hosts | safe | worst case | rotation interval |
    | --- | --- | --- | --- | --- | --- |
    | \`worker\` | ❌ not safe | 1 | 0% | 2h 30m | 1h |
    | \`(none)\` | ❔ unknown | 1 | 0% |  |  |
    | \`app\` | ✅ safe so far | 1 | 100% | 5h | 1h |

    | host | verdict | worst case | spare | series | note |
    | --- | --- | --- | --- | --- | --- |
    | \`web-2\` | ❌ not safe: safe only after rotations | 2h 30m | -35m | \`imds v2 worker\` |  |
    | \`web-3\` | ❔ unknown |  |  | \`imds\` | polls fail, no samples |
    | \`web-1\` | ✅ safe so far | 5h | 1h 55m | \`imds v2 app\` | short history |

    ### failing polls

    - \`web-3\`: the last poll of imds failed at 2026-11-22 11:55:00Z (timeout)
    - run \`cred-watch sources\` on these hosts: it shows each source and what to repair; new rotations are not recorded meanwhile

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

    # HELP cred_watch_fleet_failing_hosts Hosts whose newest poll of a source failed.
    # TYPE cred_watch_fleet_failing_hosts gauge
    cred_watch_fleet_failing_hosts 1

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
    expect(row).toMatch(
      /unknown.*<small class="warning">.*<\/small><\/td><td><span class="no-value">–<\/span><\/td><td>.*<\/td><td>imds/,
    );
  // The style sheet writes the first letter of other lists in upper case.
  expect(page).toMatch(/<ul class="names"><li>dead: /);
});

test('with several jobs, each row of CSV has one job', async () => {
  const fleet = judgeFleet([hourly(identity())], { jobs: JOBS });
  const [head = '', ...rows] = (await render('csv', fleet)).trimEnd().split('\n');
  const column = head.split(',').indexOf('verdict');
  expect(rows.map((row) => row.split(',')[column])).toEqual(['safe', 'unknown']);
});

test('the page of a fleet says which job fails where, and how to see why', async () => {
  const unsafe = hourly(identity({ host: 'db 9' }), { lifetimes: [2 * HOUR] });
  const fleet = judgeFleet([hourly(identity({ host: 'web-1' })), unsafe], { jobs: [job(3 * HOUR)] });
  const page = (await joinPieces(FLEET_FORMATS.html(fleet, fleetContext()))).replace(/<[^>]*>/g, '');
  expect(page).toContain('A 3h job with a margin of 5m is safe on 1 of 2 hosts (50%).');
  expect(page).toMatch(/Worst case: .* on host db 9, .* short/);
  expect(page).toContain('cred-watch report --host &#39;db 9&#39; -j 3h --margin 5m');
  expect(page).toContain('not safe: no start was safe');
  expect(page).not.toContain('never');
});

/** A safe host whose polls have failed since the newest sample, one with old imported samples, and one without notes. */
function noted(): AssessedFleet {
  const web = (number: number) => hourly(identity({ host: `web-${number}` }));
  const imported = { ...hourly(identity({ host: 'old-1' }), { began: 500 }), isPolled: false };
  const failed = { ...web(1), failedPolls: failing(identity()).failedPolls.map(failAfterSample) };
  return judgeFleet([failed, web(2), imported], { jobs: [job(3 * HOUR)] });
}

const failAfterSample = (poll: FailedPollCount): FailedPollCount => ({ ...poll, lastAt: NOW });

test('every format names hosts with failing polls, and changes no verdict', async () => {
  const fleet = noted();
  expect(fleet.verdict).toBe('safe');
  const table = await render('table', fleet, { width: 110 });
  expect(table).toMatch(/^ {2}web-1 +safe so far +polls fail, +5h /m);
  expect(table).toMatch(/^ {2}web-2 +safe so far +short history +5h /m);
  expect(table).toMatch(/^ {2}failing polls +web-1: the last poll of imds failed at .* \(timeout\)$/m);
  expect(table).toContain('run `cred-watch sources` on these hosts');
  const markdown = await render('markdown', fleet);
  expect(markdown).toContain('| host | verdict | worst case | spare | series | note |');
  expect(markdown).toMatch(/^\| `web-1` \| .* \| polls fail, short history \|$/m);
  expect(markdown).toContain('### failing polls\n\n- `web-1`: the last poll of imds failed');
  const page = await render('html', fleet);
  expect(page).toMatch(
    /<th scope="row">web-1<\/th>.*<small class="warning">polls fail, short history<\/small>/,
  );
  expect(page).toContain('<h2>Failing polls</h2>');
  const [head = '', ...rows] = (await render('csv', fleet)).trimEnd().split('\n');
  const column = head.split(',').indexOf('poll_failure');
  expect(rows.map((row) => row.split(',')[column]).sort()).toEqual(['', '', 'timeout']);
  expect(await render('prometheus', fleet)).toContain('\ncred_watch_fleet_failing_hosts 1\n');
  const json = JSON.parse(await render('json', fleet));
  expect(findViolations('fleet', json)).toEqual([]);
  expect(json.failing_hosts).toMatchObject([{ host: 'web-1', source: 'imds', reason: 'timeout' }]);
});

const LONG = Array.from({ length: 30 }, () => 6 * HOUR);

test('without failing polls, no format has a list of them', async () => {
  const fleet = judgeFleet([hourly(identity(), { lifetimes: LONG })], { jobs: [job(3 * HOUR)] });
  for (const format of ['table', 'markdown', 'html'] as const)
    expect(await render(format, fleet)).not.toMatch(/failing polls|polls fail|\bnote\b/i);
});

test('a safe verdict of little history is named so in each format for people', async () => {
  const fleet = judgeFleet([hourly(identity())], { jobs: [job(3 * HOUR)] });
  expect(fleet.verdict).toBe('safe');
  expect(await render('table', fleet)).toContain('safe so far: a 3h job');
  expect(await render('table', fleet)).toMatch(/^ {2}web-1 +safe so far /m);
  expect(await render('markdown', fleet)).toMatch(/^## cred-watch: fleet ✅ safe so far$/m);
  expect(await render('markdown', fleet)).toMatch(/^\| `web-1` \| ✅ safe so far \|/m);
  const html = await render('html', fleet);
  expect(html).toContain('<title>safe so far · fleet · cred-watch</title>');
  expect(html).toContain('class="card verdict safe weak"');
  expect(html).toMatch(/<th scope="row">web-1<\/th>.*<span>safe so far<\/span>/);
  const well = judgeFleet([hourly(identity(), { lifetimes: LONG })], { jobs: [job(3 * HOUR)] });
  for (const format of ['table', 'markdown', 'html'] as const)
    expect(await render(format, well)).not.toContain('safe so far');
});

/** A host with polling gaps, and one with a long history. */
function partlyWatchedHistories(): SeriesHistory[] {
  const samples = hourly(identity({ host: 'gaps' }), { lifetimes: LONG });
  const isWatched = ({ firstSeen }: { firstSeen: number }) => Math.floor(firstSeen / 10_800_000) % 2 === 0;
  const gaps = { ...samples, generations: samples.generations.filter(isWatched) };
  return [gaps, hourly(identity({ host: 'whole' }), { lifetimes: LONG })];
}

test('every format says which hosts were watched for a part of the time', async () => {
  const fleet = judgeFleet(partlyWatchedHistories(), { jobs: [job(3 * HOUR)] });
  expect(fleet.verdict).toBe('safe');
  const [share = 1, whole = 0] = ['gaps', 'whole'].map(
    (name) => fleet.hosts.find(({ host }) => host === name)?.watchedShare ?? undefined,
  );
  expect(share).toBeLessThan(0.95);
  expect(whole).toBe(1);
  const note = `only ${formatShare(share)} watched, short history`;
  expect(await render('table', fleet, { width: 160 })).toMatch(/^ {2}gaps +safe so far +only [\d.]+% /m);
  expect(await render('markdown', fleet)).toMatch(new RegExp(`^\\| \`gaps\` \\| .* \\| ${note} \\|$`, 'm'));
  for (const format of ['table', 'markdown', 'html'] as const)
    expect((await render(format, fleet)).replaceAll(/\s+/g, ' ')).toContain(
      '2 with 2 series; 1 host was watched for less than 95% of the time',
    );
  expect(await render('markdown', fleet)).toMatch(/^\| `whole` \| .* \| {2}\|$/m);
  expect(await render('html', fleet)).toContain(`<small class="warning">${note}</small>`);
  const { hosts } = JSON.parse(await render('json', fleet));
  expect(hosts).toMatchObject([
    { host: 'gaps', watched_share: share, short_history: true },
    { host: 'whole', watched_share: 1, short_history: false },
  ]);
  const [head = '', ...rows] = (await render('csv', fleet)).trimEnd().split('\n');
  const columns = ['watched_share', 'short_history'].map((name) => head.split(',').indexOf(name));
  expect(rows.map((row) => columns.map((column) => row.split(',')[column]))).toEqual([
    [`${share}`, 'true'],
    ['1', 'false'],
  ]);
});

test('without a job, the table of a fleet says which history is short', async () => {
  const fleet = judgeFleet([hourly(identity())]);
  expect(await render('table', fleet, { width: 110 })).toMatch(/^ {2}web-1 +short history +5h /m);
});

test('a silent host has a note beside its name', async () => {
  const silent = hourly(identity({ host: 'old-2' }), { began: 60 });
  const fleet = judgeFleet([hourly(identity()), silent], { jobs: [job(3 * HOUR)] });
  expect(await render('table', fleet, { width: 110 })).toMatch(/^ {2}old-2 +unknown +samples 2d old /m);
  expect(await render('html', fleet)).toMatch(
    /<th scope="row">old-2<\/th>.*<small class="warning">samples 2d old<\/small>/,
  );
});

test.each([
  [4.5, '40m'],
  [6.5, '2h'],
])('a short age of samples that began %s hours ago is %s', async (began, age) => {
  const silent = hourly(identity({ host: 'old-2' }), { began });
  const fleet = judgeFleet([silent], { jobs: [job(3 * HOUR)], maxAge: 600 });
  expect(await render('markdown', fleet)).toMatch(new RegExp(`\\| samples ${age} old`));
});

test('the note of an unknown host gives the reason', async () => {
  const options = { jobs: [job(3 * HOUR)], confidence: 0.95 };
  const fleet = judgeFleet([hourly(identity({ host: 'new-1' }))], options);
  expect(fleet.verdict).toBe('unknown');
  const table = await render('table', fleet, { width: 110 });
  expect(table).toMatch(/^ {2}new-1 +unknown +too few +5h .*\n +rotations$/m);
  expect(table).toContain('0 not safe, 1 unknown: 1 with too few rotations');
  expect(await render('markdown', fleet)).toMatch(/^\| `new-1` \| ❔ unknown \|.*\| too few rotations \|$/m);
  expect(await render('html', fleet)).toContain('<small class="warning">too few rotations</small>');
});

test('the note of a host gives each fact once', async () => {
  const options = { jobs: [job(3 * HOUR)], minWatched: 0.9 };
  const gaps = judgeFleet(partlyWatchedHistories(), options);
  expect(await render('markdown', gaps)).toMatch(/^\| `gaps` \| .* \| only [\d.]+% watched \|$/m);
  const old = judgeFleet([hourly(identity({ host: 'old-2' }), { began: 60 })], options);
  expect(await render('markdown', old)).toMatch(/^\| `old-2` \| .* \| samples 2d old \|$/m);
});

test.each(['table', 'markdown', 'html'] as const)(
  'the format %s of a fleet states no spare of an unknown host',
  async (format) => {
    const options = { jobs: [job(3 * HOUR)], confidence: 0.95 };
    const fleet = judgeFleet([hourly(identity({ host: 'new-1' }))], options);
    const text = await render(format, fleet, { width: 160 });
    expect(text).toContain('5h');
    expect(text).not.toMatch(/to spare|1h 55m/);
  },
);

test('old imported samples are shown with the name of the host and their age', async () => {
  const fleet = noted();
  const table = await render('table', fleet, { width: 110 });
  expect(table).toMatch(/old samples +1 host has only imported samples, the newest from [-0-9]+: old-1;/);
  expect(table).toMatch(/^ {2}old-1 +safe so far +samples \d+d /m);
  expect(await render('markdown', fleet)).toMatch(
    /^\| `old-1` \| .* \| samples \d+d old, short history \|$/m,
  );
  expect(await render('html', fleet)).toMatch(
    /<th scope="row">old-1<\/th>.*<small class="warning">samples \d+d old, short history<\/small>/,
  );
  const json = JSON.parse(await render('json', fleet));
  expect(json.imported_only).toMatchObject({ host_count: 1, hosts: ['old-1'] });
});
