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
