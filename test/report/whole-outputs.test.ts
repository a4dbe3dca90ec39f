import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/domain/verdict/assessment.ts';
import { REPORT_FORMATS, type ReportFormat } from '../../src/report/formats.ts';
import { context, HOUR, hostile, job, judge, logsOf2015, mixed } from '../support/report/assessments.ts';

const EXTENSIONS = { junit: 'xml', markdown: 'md', github: 'txt', csv: 'csv' } as const satisfies Partial<
  Record<ReportFormat, string>
>;
const FORMATS = Object.entries(EXTENSIONS) as [keyof typeof EXTENSIONS, string][];

const OUTPUTS: Record<string, () => Assessment | Promise<Assessment>> = {
  'logs-of-2015': async () => judge(await logsOf2015(), [job(5 * HOUR, { margin: 0 })]),
  mixed,
  hostile,
  'without-job': async () => judge((await logsOf2015()).slice(0, 1), []),
  'without-series': () => judge([], [job(5 * HOUR), job(null, { name: 'new' })]),
};

describe.each(Object.entries(OUTPUTS))('the whole of %s', (name, build) => {
  test.each(FORMATS)('as %s', async (format, extension) => {
    const assessment = await build();
    const text = await REPORT_FORMATS[format](assessment, context(assessment));
    await expect(text).toMatchFileSnapshot(`snapshots/${name}.${extension}`);
  });
});
