import { expect, test } from 'vitest';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import { renderPage } from '../../../src/report/page/html.ts';
import { contextAt, judgedAt } from '../../support/report/judged-at.ts';
import { assessed, job, measured, START } from '../../support/report/measured-series.ts';

const MINUTE = 60_000;

const toWords = (html: string) =>
  html
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<span class="one-line">(.*?)<\/span>/g, '$1')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');

function words(history: SeriesHistory, hours: readonly number[] = [5]): string {
  const { assessment, context } = assessed(
    [history],
    hours.map((each) => job(each)),
  );
  return toWords(renderPage(assessment, context));
}

test('the page explains generations, lead times and witnessed rotations where it shows them', () => {
  const text = words(measured());
  expect(text).toContain('of 12 generations (sets of credentials); ');
  expect(text).toContain('Worst rotations The lead time is the validity that the old credentials had left');
  expect(text).toContain('12 generations, newest first A generation is one set of credentials, ');
  expect(text).toMatch(/rotations witnessed in .* A rotation is witnessed if the samples show/);
});

test('a page whose evidence is about days does not explain witnessed rotations', () => {
  const text = words(measured({ generations: 96 }), [4]);
  expect(text).toContain('On none of the 4 full days');
  expect(text).not.toContain('A rotation is witnessed if');
});

test('a range that is rounded is followed by its exact ends', () => {
  const history = measured();
  const generations = history.generations.map((each, index) => {
    const issued = (each.lastUpdated ?? 0) + (index % 3) * 50_500;
    return { ...each, lastUpdated: issued, expiration: issued + 360 * MINUTE + index * 10_000 };
  });
  const text = words({ ...history, generations });
  expect(text).toMatch(/rotation interval 58m – 1h 01m exactly 58m 19s to 1h 00m 50s; median 1h 00m 50s/);
  expect(text).toContain('validity when issued 6h 00m – 6h 02m exactly 6h to 6h 01m 50s');
});

test('a range of whole minutes has no remark', () => {
  expect(words(measured())).toMatch(/validity when issued 6h 00m – 6h 28m sampled minimum/);
});

test('the page says for how long served credentials had been expired', () => {
  const history = measured({ generations: 1 });
  const generations = history.generations.map((each) => {
    const lastSeen = each.expiration + 75 * MINUTE;
    return { ...each, lastSeen, rawLastSeen: lastSeen };
  });
  const text = words({ ...history, generations });
  expect(text).toContain('In the worst case, the credentials had been expired for 1h 15m, at the sample of ');
  expect(text).toContain('sampled minimum expired for 1h 15m ');
  expect(text).not.toMatch(/-1h 15m/);
});

test('a live page explains why a start now is safe although the verdict is not safe', () => {
  const now = START + 12 * 60 * MINUTE;
  const read = (hours: number) => {
    const assessment = judgedAt(now, [measured()], [job(hours)]);
    return toWords(renderPage(assessment, contextAt(now, assessment, {}), { refreshSeconds: 60 }));
  };
  const explanation = 'A start now is safe, but a start at another time may not be.';
  expect(read(5)).toMatch(new RegExp(`Yes, until .{1,40} ${explanation}.* Not safe `, 'i'));
  expect(read(4)).toMatch(/yes, until .* Safe so far /i);
  expect(read(4)).not.toContain(explanation);
  expect(read(7)).toMatch(/ no: .* Not safe /);
  expect(read(7)).not.toContain(explanation);
});
