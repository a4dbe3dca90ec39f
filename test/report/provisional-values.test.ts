import { expect, test } from 'vitest';
import { summariseStatus } from '../../src/domain/status/status.ts';
import type { Assessment } from '../../src/domain/verdict/assessment.ts';
import { renderGithub } from '../../src/report/ci/github.ts';
import { renderJunit } from '../../src/report/ci/junit.ts';
import { renderMarkdown } from '../../src/report/ci/markdown.ts';
import { renderPage } from '../../src/report/page/html.ts';
import { renderStatusNagiosLine } from '../../src/report/status/nagios-line.ts';
import { renderStatusText } from '../../src/report/status/text.ts';
import { renderTable } from '../../src/report/table/table.ts';
import { UTC_TIMES } from '../../src/report/text/time-format.ts';
import { assessed, DAY, HOUR, MINUTE, pretend, START } from '../support/report/charted-histories.ts';
import { contextAt } from '../support/report/judged-at.ts';

const context = (assessment: Assessment) => contextAt(START, assessment, { width: 120 });
const status = (assessment: Assessment) => summariseStatus(assessment, 300, START);

/** Each text for people, without markup. */
const FORMATS: Readonly<Record<string, (assessment: Assessment) => Promise<string> | string>> = {
  table: (assessment) => renderTable(assessment, context(assessment)),
  markdown: (assessment) => renderMarkdown(assessment, context(assessment)),
  github: (assessment) => renderGithub(assessment, context(assessment)).replaceAll('%25', '%'),
  junit: async (assessment) =>
    [...(await renderJunit(assessment, context(assessment)))]
      .join('')
      .replace(/<properties>.*?<\/properties>/gs, ''),
  status: (assessment) =>
    renderStatusText(status(assessment), { hasColour: false, isAsciiOnly: false, times: UTC_TIMES }),
  nagios: (assessment) => renderStatusNagiosLine(status(assessment), UTC_TIMES).replace(/\|.*/, ''),
  page: (assessment) => readPage(assessment),
};

/** The text of the page. Style sheet, scripts and the numbers of drawings are no text. */
async function readPage(assessment: Assessment): Promise<string> {
  const page = [...renderPage(assessment, context(assessment))].join('');
  return page
    .replace(/<(style|script|svg).*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, '')
    .replace(/ +/g, ' ');
}

const names = Object.keys(FORMATS);
const read = async (name: string, assessment: Assessment) => String(await FORMATS[name]?.(assessment));

/** Half an hour of one generation. */
const young = () => pretend({ time: 30 * MINUTE });

test.each(names)('%s states no share of safe starts without a witnessed rotation', async (name) => {
  const unsafe = assessed([young()], [5.8 * 3600]);
  expect(unsafe.verdict).toBe('sometimes');
  const text = await read(name, unsafe);
  expect(text).toContain(name === 'page' ? 'would have failed at the worst start time' : 'short');
  expect(text).not.toMatch(/\d% /);
});

test.each(names)('%s states no spare of an unknown verdict', async (name) => {
  const unknown = assessed([young()], [4 * 3600]);
  expect(unknown.verdict).toBe('unknown');
  expect(await read(name, unknown)).not.toMatch(/to spare|1h 28m/);
});

const WITH_WORST_CASE = names.filter((name) => name !== 'github' && name !== 'junit');

test.each(WITH_WORST_CASE)('%s marks a worst case without a witnessed rotation', async (name) => {
  const text = await read(name, assessed([young()], [4 * 3600]));
  expect(text).toMatch(/worst case so far|5h 33m so far/);
  expect(await read(name, assessed([pretend()], [4 * 3600]))).not.toMatch(/worst case so far|5h so far/);
});

test.each(['table', 'markdown', 'page'])('%s marks the longest safe job of a short history', async (name) => {
  const text = (time: number) => read(name, assessed([pretend({ time })], [4 * 3600]));
  expect(await text(3 * HOUR)).toMatch(/longest safe job[ |]*4h 55m so far/);
  expect(await text(3 * DAY)).toMatch(/longest safe job[ |]*4h 55m with/);
});

test.each(['status', 'nagios'])('%s marks the longest safe job of a short history', async (name) => {
  const text = (time: number) => read(name, assessed([pretend({ time })], []));
  expect(await text(3 * HOUR)).toContain('longest safe job 4h 55m so far with a margin of 5m');
  expect(await text(3 * DAY)).toContain('longest safe job 4h 55m with a margin of 5m');
});
