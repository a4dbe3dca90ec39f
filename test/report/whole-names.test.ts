import { expect, test } from 'vitest';
import { FLEET_FORMATS } from '../../src/report/fleet/formats.ts';
import { renderTable } from '../../src/report/table/table.ts';
import { HOUR, hourly, identity, job, joinPieces, NOW } from '../support/report/assessments.ts';
import { fleetContext, judgeFleet } from '../support/report/fleets.ts';
import { contextAt, judgedAt } from '../support/report/judged-at.ts';

const HOSTS = ['i-1234567890abcdef0', 'i-1234567890abcdef1'];
const histories = HOSTS.map((host) =>
  hourly(identity({ host }), { lifetimes: [4, 4, 3.5, 4].map((hours) => hours * HOUR) }),
);
const JOB = job(3 * HOUR);

const below = (table: string, label: RegExp) =>
  table.split('\n').slice(table.split('\n').findIndex((line) => label.test(line)));

test.each([true, false])('a table of 80 columns shows whole instance ids, ASCII: %s', (isAsciiOnly) => {
  const assessment = judgedAt(NOW, histories, [JOB]);
  const table = renderTable(assessment, contextAt(NOW, assessment, { width: 80, isAsciiOnly }));
  const rows = below(table, /^ {2}series /).slice(1, 7);
  for (const host of HOSTS) expect(rows.filter((line) => line.startsWith(`  ${host}`))).toHaveLength(1);
  expect(rows.filter((line) => / · *$/.test(line))).toEqual([]);
});

test('a table of a fleet in 80 columns shows whole instance ids beside notes', async () => {
  const fleet = judgeFleet(histories, { jobs: [JOB] });
  const failingHosts = HOSTS.map(
    (host) => ({ host, source: 'imds', reason: 'timeout', lastAt: NOW }) as const,
  );
  const table = await joinPieces(
    Promise.resolve(FLEET_FORMATS.table({ ...fleet, failingHosts }, fleetContext({ width: 80 }))),
  );
  const rows = below(table, /^ {2}host /);
  // A verdict or a note continues in further lines of the row.
  expect(rows.flatMap((line) => /^ {2}(\S+)/.exec(line)?.[1] ?? []).slice(1, 3)).toEqual(HOSTS);
  expect(rows.join()).toContain('polls fail');
});

test('the title of a long series continues on the next line', () => {
  const long = [hourly(identity({ host: 'h'.repeat(60), role: 'r'.repeat(60) }))];
  const assessment = judgedAt(NOW, long, [JOB]);
  const [first, second] = renderTable(assessment, contextAt(NOW, assessment, { width: 80 })).split('\n');
  expect([first, second]).toEqual([`${'h'.repeat(60)} · imds v2`, `· ${'r'.repeat(60)}`]);
});
