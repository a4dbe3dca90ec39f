import { describe, expect, test } from 'vitest';
import { REPORT_FORMAT_NAMES, REPORT_FORMATS, type ReportFormat } from '../../src/report/formats.ts';
import { context, hostile, KEY_ID, textOf } from '../support/report/assessments.ts';

/** Where nothing is taken for mark-up, a tag is a name like any other. */
const PLAIN_TEXT = new Set<string>(['table', 'json', 'csv', 'github', 'prometheus', 'openmetrics']);

/** What ends a line, drives a terminal or turns text around, with its neighbours: a page has line ends of its own. */
const RAW = ['two\nINJECTED', 'lines\r', 'and\u0000', '\u001b[31m', 'red\u202e', 'more\u2028'];

/** JSON has its own escapes for most, and gives the others as they are: a program wants the name itself. */
const VERBATIM = new Set(['red\u202e', 'more\u2028']);

const render = async (format: ReportFormat) => {
  const assessment = hostile();
  return textOf(REPORT_FORMATS[format].render(assessment, context(assessment)));
};

describe.each(REPORT_FORMAT_NAMES)('hostile names in the format %s', (format) => {
  test('start no line, draw nothing on a terminal and turn no text around', async () => {
    const text = await render(format);
    const found = RAW.filter((raw) => text.includes(raw));
    expect(found).toEqual(format === 'json' ? RAW.filter((raw) => VERBATIM.has(raw)) : []);
    expect(text).toContain('INJECTED');
    expect(text).not.toMatch(/[\n\r]\s*INJECTED/);
  });

  test('no key id is told: it would be another one after each rotation', async () => {
    expect(await render(format)).not.toContain(KEY_ID);
  });
});

test.each(REPORT_FORMAT_NAMES.filter((format) => !PLAIN_TEXT.has(format)))(
  'hostile names in the format %s are no mark-up',
  async (format) => {
    // A page may have scripts of its own.
    expect(await render(format)).not.toMatch(/<script>\s*alert/i);
  },
);

test('JSON gives them back unharmed', async () => {
  const { series } = JSON.parse(await render('json'));
  const names = series.map(({ host, role }: Record<string, string>) => [host, role]);
  expect(names).toEqual(hostile().series.map(({ analysis: { identity } }) => [identity.host, identity.role]));
});
