import { describe, expect, test } from 'vitest';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../../src/report/formats.ts';
import { context, hostile, KEY_ID, textOf } from '../support/report/assessments.ts';

/** In these formats, a tag has no effect. */
const PLAIN_TEXT = new Set<string>(['table', 'json', 'csv', 'github', 'prometheus', 'openmetrics']);

/** Characters that end a line, control a terminal or reverse text, with a part of the hostile name. */
const RAW = ['two\nINJECTED', 'lines\r', 'and\u0000', '\u001b[31m', 'red\u202e', 'more\u2028'];

/** JSON does not escape these, because a program needs the original name. */
const VERBATIM = new Set(['red\u202e', 'more\u2028']);

const render = async (format: ReportFormat) => {
  const assessment = hostile();
  return textOf(REPORT_FORMATS[format].render(assessment, context(assessment)));
};

describe.each(REPORT_FORMAT_NAMES)('hostile names in the format %s', (format) => {
  test('start no line, do not control a terminal and do not reverse text', async () => {
    const text = await render(format);
    const found = RAW.filter((raw) => text.includes(raw));
    expect(found).toEqual(format === 'json' ? RAW.filter((raw) => VERBATIM.has(raw)) : []);
    expect(text).toContain('INJECTED');
    expect(text).not.toMatch(/[\n\r]\s*INJECTED/);
  });

  test('come without key ids', async () => {
    expect(await render(format)).not.toContain(KEY_ID);
  });
});

test.each(REPORT_FORMAT_NAMES.filter((format) => !PLAIN_TEXT.has(format)))(
  'hostile names in the format %s are not markup',
  async (format) => {
    // The page has its own script.
    expect(await render(format)).not.toMatch(/<script>\s*alert/i);
  },
);

test('JSON keeps hostile names unchanged', async () => {
  const { series } = JSON.parse(await render('json'));
  const names = series.map(({ host, role }: Record<string, string>) => [host, role]);
  expect(names).toEqual(hostile().series.map(({ analysis: { identity } }) => [identity.host, identity.role]));
});
