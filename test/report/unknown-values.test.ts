import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { summariseStatus } from '../../src/domain/status/status.ts';
import { renderCsv } from '../../src/report/ci/csv.ts';
import { renderJunit } from '../../src/report/ci/junit.ts';
import { FLEET_FORMATS } from '../../src/report/fleet/formats.ts';
import { renderFleetNagiosLine } from '../../src/report/fleet/nagios-line.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderStatusNagiosLine } from '../../src/report/status/nagios-line.ts';
import { UTC_TIMES } from '../../src/report/text/time-format.ts';
import { HOUR, hourly, identity, job, joinPieces, NOW } from '../support/report/assessments.ts';
import { fleetContext, judgeFleet } from '../support/report/fleets.ts';
import { contextAt, judgedAt } from '../support/report/judged-at.ts';
import { parseNagiosLine } from '../support/report/nagios-line.ts';

/** One generation of 6 h, so that no rotation was witnessed. Samples of 20 minutes look safer than those of a week. */
const young = hourly(identity({ host: 'new-01' }), { lifetimes: [6 * HOUR] });
const jobs = [job(2 * HOUR)];
const assessment = judgedAt(NOW, [young], jobs);
const fleet = judgeFleet([young], { jobs });
const context = contextAt(NOW, assessment);

const readCsv = async (pieces: Promise<Iterable<string>>): Promise<Record<string, string>> => {
  const [row = {}] = parse<Record<string, string>>(await joinPieces(pieces), { columns: true });
  return row;
};

test('CSV states no spare and no share of an unknown series', async () => {
  expect(await readCsv(renderCsv(assessment))).toMatchObject({
    verdict: 'unknown',
    required_seconds: '7500',
    spare_seconds: '',
    share_of_safe_starts: '',
  });
  const rows = await FLEET_FORMATS.csv(fleet);
  expect(await readCsv(Promise.resolve(rows as Iterable<string>))).toMatchObject({
    verdict: 'unknown',
    required_seconds: '7500',
    spare_seconds: '',
  });
});

test('JUnit states no spare and no share of an unknown series', async () => {
  const xml = await joinPieces(renderJunit(assessment, context));
  expect(xml).toContain('name="required_seconds" value="7500"');
  expect(xml).not.toMatch(/name="(spare_seconds|share_of_safe_starts)"/);
});

test('the performance data of an unknown series has no spare', () => {
  const { state, data } = parseNagiosLine(
    renderStatusNagiosLine(summariseStatus(assessment, 300, NOW), UTC_TIMES),
  );
  expect(state).toBe('UNKNOWN');
  expect(data).toHaveProperty('worst_case');
  expect(data).not.toHaveProperty('spare');
});

test('JSON has the measured spare of an unknown series', async () => {
  const { series } = JSON.parse(await joinPieces(renderJson(assessment, context)));
  const { verdict, spare_seconds, required_seconds } = series[0].judgement;
  expect(verdict).toBe('unknown');
  expect(spare_seconds).toBe(series[0].worst_case.remaining_seconds - required_seconds);
});

test.each(['table', 'markdown', 'html'] as const)(
  'a fleet in %s marks the worst case of a host without a rotation with "so far"',
  async (format) => {
    const pieces = await FLEET_FORMATS[format](fleet, fleetContext({ width: 200 }));
    const text = (typeof pieces === 'string' ? pieces : [...pieces].join('')).replace(/<[^>]*>/g, '');
    expect(text).toContain('5h 10m so far on host new-01');
    // In the summary and in the row of the host. A cell of the table has two lines.
    expect(text.match(/5h 10m/g)).toHaveLength(2);
    expect(text.match(/5h 10m so\b/g)).toHaveLength(2);
  },
);

test('the line of a fleet marks the worst case of a host without a rotation with "so far"', () => {
  expect(parseNagiosLine(renderFleetNagiosLine(fleet)).text).toMatch(/worst case \S.* so far on host new-01/);
  const proven = judgeFleet([hourly(identity({ host: 'old-01' }))], { jobs });
  expect(parseNagiosLine(renderFleetNagiosLine(proven)).text).not.toContain('so far on host');
});
