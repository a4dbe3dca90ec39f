import { describe, expect, test } from 'vitest';
import { computeMinRotations, isChanceAllowed, parseShare } from '../../../src/domain/verdict/confidence.ts';

describe('confidence', () => {
  test.each([
    ['95%', 0.95],
    ['99.9999%', 0.999999],
    ['1%', 0.01],
    ['0.95', 0.95],
    ['.5', 0.5],
    ['0.000001', 0.000001],
    ['0%', null],
    ['0.0', null],
    ['100%', null],
    ['99.99999%', null],
    ['0.0000001', null],
    ['1', null],
    ['1.5', null],
    ['95', null],
    ['95%x', null],
    ['x95%', null],
    ['0.95x', null],
    ['x0.95', null],
    ['0.', null],
    ['', null],
  ])('the share %j is %j', (text, share) => {
    expect(parseShare(text)).toBe(share);
  });

  test.each([
    [0.95, 19],
    [0.9, 9],
    [0.99, 99],
    [0.5, 1],
    [0.01, 1],
    [0.951, 20],
  ])('the confidence %d needs %d rotations', (confidence, rotations) => {
    expect(computeMinRotations(confidence)).toBe(rotations);
  });

  test('a chance may be as large as the confidence leaves', () => {
    expect(isChanceAllowed(1 / 20, 0.95)).toBe(true);
    expect(isChanceAllowed(0.0501, 0.95)).toBe(false);
    expect(isChanceAllowed(0.05 + 1e-8, 0.95)).toBe(false);
  });
});
