import { describe, expect, test } from 'vitest';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../../src/report/formats.ts';
import { context, hostile, KEY_ID, textOf } from '../support/report/assessments.ts';

/** In these formats, a tag has no effect. */
const PLAIN_TEXT = new Set<string>(['table', 'json', 'csv', 'github', 'prometheus', 'openmetrics']);

/** Parts of hostile names with characters that end a line, control a terminal or reverse text. */
const RAW = ['two\nINJECTED', 'lines\r', 'and\u0000', '\u001b[31m', 'red\u202e', 'more\u2028'];

/** JSON does not escape these, because a program needs the original name. */
const VERBATIM = new Set(['red\u202e', 'more\u2028']);

const render = async (format: ReportFormat) => {
  const assessment = hostile();
  return textOf(REPORT_FORMATS[format].render(assessment, context(assessment)));
};

describe.each(REPORT_FORMAT_NAMES)('the format %s with hostile names', (format) => {
  test('escapes line ends, terminal control and reversed text', async () => {
    const text = await render(format);
    const found = RAW.filter((raw) => text.includes(raw));
    expect(found).toEqual(format === 'json' ? RAW.filter((raw) => VERBATIM.has(raw)) : []);
    expect(text).toContain('INJECTED');
    expect(text).not.toMatch(/[\n\r]\s*INJECTED/);
  });

  test('contains no key id', async () => {
    expect(await render(format)).not.toContain(KEY_ID);
  });
});

test.each(REPORT_FORMAT_NAMES.filter((format) => !PLAIN_TEXT.has(format)))(
  'the format %s shows hostile names as text, not as markup',
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
