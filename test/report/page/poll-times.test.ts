import { expect, test } from 'vitest';
import type { LastPoll } from '../../../src/report/context.ts';
import { renderPage } from '../../../src/report/page/html.ts';
import { updatePollTimes } from '../../../src/report/page/now/poll-times.ts';
import { contextAt, judgedAt } from '../../support/report/judged-at.ts';
import { HOSTILE_NAMES, job, measured, START } from '../../support/report/measured-series.ts';

const HOUR = 3_600_000;
const NOW = START + 12 * HOUR;

const render = (now: number, hosts: readonly string[], lastPolls: readonly LastPoll[], jobs = [5]) => {
  const assessment = judgedAt(
    now,
    hosts.map((host) => measured({ identity: { host } })),
    jobs.map((hours) => job(hours)),
  );
  return renderPage(assessment, contextAt(now, assessment, { lastPolls }), { refreshSeconds: 60 });
};

const poll = (host: string, endedAt: number, nextPollAt: number | null): LastPoll => ({
  ...{ host, source: 'imds', seconds: 0.1, endedAt, nextPollAt },
});

/** The values of the section about the present, without the rest of the page. */
const readTimes = (page: string) => [
  .../<section class="now"[^>]*>/.exec(page)!,
  ...Array.from(page.matchAll(/<span data-poll="[^"]*">.*?<\/span>(?:<\/span>)?/g), ([each]) => each),
];

const NEXT = [
  ['a later poll', NOW + 5000],
  ['a running poll', null],
  ['no further poll', Number.POSITIVE_INFINITY],
] as const;

test.each(NEXT)('a page with the times of %s equals a page that is rendered after it', (_, nextPollAt) => {
  for (const hosts of [['a'], ['a', 'b'], HOSTILE_NAMES]) {
    for (const [, before] of NEXT) {
      const old = render(
        NOW,
        hosts,
        hosts.map((host) => poll(host, NOW - 9000, before)),
      );
      const polls = hosts.map((host) => poll(host, NOW - 1000, nextPollAt));
      const updated = updatePollTimes(old, polls, NOW);
      expect(readTimes(updated)).toEqual(readTimes(render(NOW, hosts, polls)));
      expect(updated).toBe(render(NOW, hosts, polls));
    }
  }
});

test('a page has the times of a poll at the time of the request', () => {
  const old = render(NOW, ['a'], [poll('a', NOW - 1000, null)]);
  expect(old).toContain('polling now');
  const updated = updatePollTimes(old, [poll('a', NOW + 8000, NOW + 13_000)], NOW + 9000);
  expect(
    readTimes(updated)
      .join('\n')
      .replace(/<[^>]*>/g, ''),
  ).toMatch(/1s ago\nin 4s$/);
  expect(updated).toContain(`data-next-poll="${NOW + 13_000}"`);
  expect(readTimes(updated).join()).not.toContain('polling now');
});

test('a series that another process polls keeps its values', () => {
  const page = render(NOW, ['a', 'b'], [poll('a', NOW - 1000, NOW + 5000)]);
  const updated = updatePollTimes(page, [poll('b', NOW, NOW + 1000), poll('c', NOW, NOW + 1000)], NOW);
  expect(updated).toBe(page);
});

test('a page is requested again soon while a poll runs', () => {
  expect(render(NOW, ['a'], [poll('a', NOW - 1000, null)])).toContain(`data-next-poll="${NOW}"`);
});
