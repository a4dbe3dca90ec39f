import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/report/ci/markdown.ts';
import { renderPage } from '../../src/report/page/html.ts';
import { renderTable } from '../../src/report/table/table.ts';
import { HOUR, hourly, identity, job, NOW } from '../support/report/assessments.ts';
import { contextAt, judgedAt } from '../support/report/judged-at.ts';

const histories = [
  hourly(identity({ host: 'a-safe' })),
  hourly(identity({ host: 'b-short' }), { lifetimes: [2 * HOUR] }),
];
const assessment = judgedAt(NOW, histories, [job(3 * HOUR)]);

test('a report for programs keeps the stored order', () => {
  expect(assessment.series.map(({ identity: { host } }) => host)).toEqual(['a-safe', 'b-short']);
});

test.each([
  ['the table', renderTable],
  ['Markdown', renderMarkdown],
  ['the page', renderPage],
])('%s lists the worst series first', (_, render) => {
  const text = render(assessment, contextAt(NOW, assessment));
  expect(text.indexOf('b-short')).toBeGreaterThan(0);
  expect(text.indexOf('b-short')).toBeLessThan(text.indexOf('a-safe'));
  expect(text.lastIndexOf('b-short')).toBeLessThan(text.lastIndexOf('a-safe'));
});
