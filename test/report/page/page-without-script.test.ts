import { expect, test } from 'vitest';
import { renderPage } from '../../../src/report/page/html.ts';
import { contextAt, judgedAt } from '../../support/report/judged-at.ts';
import { job, measured, START } from '../../support/report/measured-series.ts';

const NOW = START + 12 * 3_600_000;

test('a live page without JavaScript states the time of its values', () => {
  const assessment = judgedAt(NOW, [measured()], [job(5)]);
  const page = renderPage(assessment, contextAt(NOW, assessment, {}), { refreshSeconds: 60 });
  const time = new Date(NOW).toISOString().slice(11, 19);
  expect(page).toContain(
    `<noscript><p>As of ${time}: without JavaScript, this page does not change; reload it for new values</p></noscript>`,
  );
});
