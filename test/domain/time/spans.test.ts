import { expect, test } from 'vitest';
import { joinSpans } from '../../../src/domain/time/spans.ts';

const span = (from: number, to: number) => ({ from, to });

test('joinSpans sorts spans and joins those that are at most the given distance apart', () => {
  const spans = [span(50, 60), span(0, 10), span(80, 81), span(20, 30), span(71, 75)];
  expect(joinSpans(spans, 10)).toEqual([span(0, 30), span(50, 60), span(71, 81)]);
  expect(joinSpans(spans, 9)).toEqual([span(0, 10), span(20, 30), span(50, 60), span(71, 81)]);
  expect(joinSpans([], 10)).toEqual([]);
});

test('joinSpans keeps the end of a long span that contains a short one', () => {
  expect(joinSpans([span(0, 100), span(10, 20), span(105, 110)], 10)).toEqual([span(0, 110)]);
});

test('joinSpans does not change its input', () => {
  const spans = [span(20, 30), span(0, 10)];
  joinSpans(spans, 10);
  expect(spans).toEqual([span(20, 30), span(0, 10)]);
});
