import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SilentHost } from '../../../src/domain/fleet/assessed-fleet.ts';
import { FLEET_FORMATS, type FleetFormat } from '../../../src/report/fleet/formats.ts';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../../../src/report/formats.ts';
import { createTimeFormat, type TimeFormat, UTC_TIMES } from '../../../src/report/text/time-format.ts';
import { knownZone } from '../../support/domain/known-zone.ts';
import { readHistories, SCENARIO_FOLDER } from '../../support/domain/scenario-histories.ts';
import { fleetContext, judgeFleet } from '../../support/report/fleets.ts';
import { contextAt, judgedAt, wantedJob } from '../../support/report/judged-at.ts';
import { sampleCases } from '../../support/thorough.ts';

const KOLKATA = createTimeFormat(knownZone('Asia/Kolkata'));
const FOR_PEOPLE: readonly ReportFormat[] = ['table', 'markdown', 'github', 'html'];
const UTC_TIME = /\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/;

async function join(rendered: string | Iterable<string> | Promise<string | Iterable<string>>) {
  const text = await rendered;
  return typeof text === 'string' ? text : [...text].join('');
}

/** The finding about timestamps without a zone names UTC, which is not the zone of the report. */
const withoutZoneFinding = (text: string) => text.replaceAll('they were read as UTC', '');

/** Without the script of a page, which contains every message. */
const withoutScripts = (text: string) => text.replaceAll(/<script[ >].*?<\/script>/gs, '');

describe.each(sampleCases(readdirSync(SCENARIO_FOLDER), 4))('the history %s', (name) => {
  const read = (file: string) =>
    JSON.parse(readFileSync(new URL(`${name}/${file}`, SCENARIO_FOLDER), 'utf8'));
  const now = Date.parse(read('expected.json').now);
  const assessment = judgedAt(now, readHistories(name, true), [wantedJob(5 * 3600)]);
  const render = (format: ReportFormat, times: TimeFormat) =>
    join(
      REPORT_FORMATS[format].render(
        assessment,
        contextAt(now, assessment, { times, namespace: 'n', nodeVersion: '24.0.0' }),
      ),
    );

  test('reports for people have only times of the zone', async () => {
    for (const format of FOR_PEOPLE) {
      const text = withoutZoneFinding(withoutScripts(await render(format, KOLKATA)));
      expect(text, format).not.toMatch(UTC_TIME);
      expect(text, format).not.toContain('UTC');
    }
  });

  test('reports for programs do not depend on the zone', async () => {
    for (const format of REPORT_FORMAT_NAMES.filter((each) => !FOR_PEOPLE.includes(each)))
      expect(await render(format, KOLKATA), format).toBe(await render(format, UTC_TIMES));
  });
});

test('the fleet has times of the zone in formats for people, and the same output for programs', async () => {
  const now = Date.parse('2026-03-02T00:00:00Z');
  const silent = {
    host: 'web-2',
    age: 90_000,
    lastSample: now - 90_000_000,
    pushedAt: now,
    deletedBefore: null,
  };
  const silentHosts: SilentHost[] = [
    { ...silent, code: 'NOT_SAMPLED' },
    { ...silent, code: 'NOT_PUSHED', pushedAt: now - 90_000_000 },
    { ...silent, code: 'SAMPLES_DELETED', lastSample: null, age: null, deletedBefore: now },
  ];
  const fleet = { ...judgeFleet(readHistories('served-expired', true)), silentHosts };
  for (const format of Object.keys(FLEET_FORMATS) as FleetFormat[]) {
    const [local, utc] = await Promise.all(
      [KOLKATA, UTC_TIMES].map((times) => join(FLEET_FORMATS[format](fleet, fleetContext({ now, times })))),
    );
    if (['json', 'csv', 'prometheus'].includes(format)) expect(local, format).toBe(utc);
    else {
      expect(local, format).not.toMatch(UTC_TIME);
      expect(local, format).not.toContain('UTC');
      expect(local, format).toContain('2026-03-01 04:30:00+05:30');
    }
  }
});
