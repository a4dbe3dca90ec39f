import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/domain/verdict/assessment.ts';
import { REPORT_FORMATS } from '../../src/report/formats.ts';
import {
  context,
  HOUR,
  hostile,
  job,
  joinPieces,
  judge,
  logsOf2015,
  mixed,
} from '../support/report/assessments.ts';

const FORMATS = ['junit', 'markdown', 'github', 'csv'] as const;

const OUTPUTS: Record<string, () => Assessment | Promise<Assessment>> = {
  'logs-of-2015': async () => judge(await logsOf2015(), [job(5 * HOUR, { margin: 0 })]),
  mixed,
  hostile,
  'without-job': async () => judge((await logsOf2015()).slice(0, 1), []),
  'without-series': () => judge([], [job(5 * HOUR), job(null, { name: 'new' })]),
};

describe.each(Object.entries(OUTPUTS))('the report %s', (name, build) => {
  test.each(FORMATS)(`the report ${name} in the format %s equals its snapshot`, async (format) => {
    const assessment = await build();
    const text = await joinPieces(REPORT_FORMATS[format].render(assessment, context(assessment)));
    await expect(text).toMatchFileSnapshot(`snapshots/${name}.${REPORT_FORMATS[format].fileExtension}`);
  });
});

test('all snapshots of output for people have the same form of durations', () => {
  const folder = join(import.meta.dirname, 'snapshots');
  const files = readdirSync(folder).filter((name) => /\.(?:md|txt|xml)$/.test(name));
  // The ends of a range have the same units: `6h 00m – 6h 33m`.
  const texts = files.map((name) =>
    readFileSync(join(folder, name), 'utf8')
      // A flag has the form that is typed: `-j 4h30m`.
      .replaceAll(/<code>.*?<\/code>/g, 'command')
      .replaceAll(/<[^>]*>/g, '\n')
      .replaceAll(/cred-watch exec[^`]*/g, 'command')
      .replaceAll(/\d+h \d\dm\s+–\s+\d+h \d\dm/g, 'range'),
  );
  expect(texts.join('').match(/\d[dhm] \d\d[hms]/g)?.length).toBeGreaterThan(300);
  // Both ends of a range have the same units: 6h 00m – 6h 21m.
  const OTHER_FORM =
    /[^\n]{0,20}(?:\d[dhm]\d\d?[hms]\b|\d[dhm](?: 00[hms])+(?! \d\d[ms]|(?:<\/span>)? \u2013)|\d[dhm] \d[hms]\b)/g;
  expect(texts.flatMap((text) => text.match(OTHER_FORM) ?? [])).toEqual([]);
});
