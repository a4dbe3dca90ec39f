import { expect, test } from 'vitest';
import type { FailedPollCount } from '../../../src/domain/model.ts';
import { renderGithub } from '../../../src/report/ci/github.ts';
import { renderJunit } from '../../../src/report/ci/junit.ts';
import { renderMarkdown } from '../../../src/report/ci/markdown.ts';
import { listCurrentAdvice } from '../../../src/report/messages/polling/failing-polls.ts';
import { renderPage } from '../../../src/report/page/html.ts';
import { renderTable } from '../../../src/report/table/table.ts';
import { contextAt, judgedAt } from '../../support/report/judged-at.ts';
import { job, measured, START } from '../../support/report/measured-series.ts';

const NOW = START + 3_600_000;

const failure = (reason: FailedPollCount['reason']): FailedPollCount => ({
  reason,
  count: 3,
  firstAt: NOW - 60_000,
  lastAt: NOW - 1000,
  lastDetail: '',
});

const judge = (reason: FailedPollCount['reason'] | null) =>
  judgedAt(
    NOW,
    [measured({ generations: 1, failedPolls: reason === null ? [] : [failure(reason)] })],
    [job(1)],
  );

function listAdviceWhile(reason: FailedPollCount['reason'] | null): string[] {
  const [series] = judge(reason).series;
  const [judgement] = series?.judgements ?? [];
  if (series === undefined || judgement === undefined) throw new Error('no judgement');
  expect(judgement.verdict).toBe('unknown');
  return listCurrentAdvice(judgement, series);
}

test('the advice keeps polling only while polls succeed', () => {
  expect(listAdviceWhile(null)).toEqual([
    'no rotation witnessed yet: keep polling until the source has rotated once',
  ]);
  expect(listAdviceWhile('no-role')[0]).toMatch(/^polls fail \(no-role\): attach an instance profile/);
  expect(listAdviceWhile('no-role')).toHaveLength(1);
});

test('the hint for an endpoint that responded before does not doubt that it exists', () => {
  expect(listAdviceWhile('unreachable')).toEqual([
    'polls fail (unreachable): check that the endpoint runs and responds, because it did so before: `cred-watch sources` shows its address',
  ]);
});

test('the problem of a page says what to do about polls that fail', () => {
  const assessment = judge('no-role');
  const page = renderPage(assessment, contextAt(NOW, assessment), { refreshSeconds: 60 });
  const [, problems = ''] = /class="problems"(.*?)<\/section>/s.exec(page) ?? [];
  expect(problems).toContain('attach an instance profile');
  expect(page).not.toContain('keep polling');
});

const RENDERERS = { renderTable, renderMarkdown, renderGithub, renderJunit };

test.each(Object.entries(RENDERERS))(
  '%s says what repairs polls that fail, and not to keep polling',
  async (_name, render) => {
    const assessment = judge('no-role');
    const text = [...(await render(assessment, contextAt(NOW, assessment)))].join('').replaceAll(/\s+/g, ' ');
    expect(text).toContain('attach an instance profile');
    expect(text).not.toContain('keep polling');
  },
);
