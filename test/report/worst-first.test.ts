import { expect, test } from 'vitest';
import { summariseStatus } from '../../src/domain/status/status.ts';
import { renderGithub } from '../../src/report/ci/github.ts';
import { renderGithubFiles } from '../../src/report/ci/github-files.ts';
import { renderJunit } from '../../src/report/ci/junit.ts';
import { renderMarkdown } from '../../src/report/ci/markdown.ts';
import { renderFleetNagiosLine } from '../../src/report/fleet/nagios-line.ts';
import { renderPage } from '../../src/report/page/html.ts';
import { renderStatusNagiosLine } from '../../src/report/status/nagios-line.ts';
import { renderTable } from '../../src/report/table/table.ts';
import { UTC_TIMES } from '../../src/report/text/time-format.ts';
import { HOUR, hourly, identity, job, NOW } from '../support/report/assessments.ts';
import { judgeFleet } from '../support/report/fleets.ts';
import { contextAt, judgedAt } from '../support/report/judged-at.ts';
import { parseNagiosLine } from '../support/report/nagios-line.ts';

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

/** With two different kinds of not safe. `never` has more validity. */
const [never, sometimes] = [
  hourly(identity({ host: 'a-never' }), { lifetimes: [3 * HOUR] }),
  hourly(identity({ host: 'b-sometimes' }), { lifetimes: [6 * HOUR, 2 * HOUR, 6 * HOUR] }),
];
const different = judgedAt(NOW, [never, sometimes], [job(4 * HOUR)]);

test.each([
  ['the table', renderTable],
  ['Markdown', renderMarkdown],
  ['the page', renderPage],
  ['GitHub', renderGithub],
  ['JUnit', renderJunit],
])('%s lists the series with the least spare first, whatever kind of not safe it has', async (_, render) => {
  expect(different.series.map(({ judgements }) => judgements[0]?.verdict)).toEqual(['never', 'sometimes']);
  const rendered = await render(different, contextAt(NOW, different));
  const text = typeof rendered === 'string' ? rendered : [...rendered].join('');
  expect(text.indexOf('b-sometimes')).toBeGreaterThan(0);
  expect(text.indexOf('b-sometimes')).toBeLessThan(text.indexOf('a-never'));
});

test('status, outputs of GitHub and the line of a fleet have the worst case of the same host', () => {
  const worst = different.series[1]?.overview?.worstCaseSeconds;
  const status = summariseStatus(different, 300, NOW);
  expect(status).toMatchObject({ verdict: 'sometimes', series: { identity: { host: 'b-sometimes' } } });
  expect(parseNagiosLine(renderStatusNagiosLine(status, UTC_TIMES)).data.worst_case?.value).toBe(worst);
  const fleet = judgeFleet([never, sometimes], { jobs: [job(4 * HOUR)] });
  expect(parseNagiosLine(renderFleetNagiosLine(fleet)).data.worst_case?.value).toBe(worst);
  const { outputs } = renderGithubFiles(different, contextAt(NOW, different));
  expect(outputs).toContain(`verdict=sometimes\n`);
  expect(outputs).toContain(`worst-case-seconds=${worst}\n`);
});
