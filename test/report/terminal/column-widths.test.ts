import { expect, test } from 'vitest';
import { makeRoomForNames } from '../../../src/report/terminal/column-widths.ts';

const STATE = { label: 'verdict', width: 30, cells: ['not safe: start-after-rotation'] };
const VALUE = { label: 'worst case', width: 13, cells: ['4h 56m', '1m 02s'] };
const fill = (length: number) => 'x'.repeat(length);

test('columns keep their widths if the longest name fits', () => {
  expect(makeRoomForNames([fill(18), 'a b'], [STATE, VALUE], 18)).toEqual([30, 13]);
  expect(makeRoomForNames([], [STATE], 18)).toEqual([30]);
});

test('unused space is given first, and then the space of texts that can continue on the next line', () => {
  expect(makeRoomForNames([fill(19)], [STATE, VALUE], 18)).toEqual([30, 12]);
  expect(makeRoomForNames([fill(20)], [STATE, VALUE], 18)).toEqual([29, 12]);
  expect(makeRoomForNames([fill(18 + 8 + 1)], [STATE, VALUE], 18)).toEqual([22, 12]);
});

test('a name that cannot fit takes no space, and a shorter name does', () => {
  expect(makeRoomForNames([fill(28)], [STATE, VALUE], 18)).toEqual([30, 13]);
  expect(makeRoomForNames([fill(28), fill(20)], [STATE, VALUE], 18)).toEqual([29, 12]);
});

test('only the words of a name must fit, and colours take no space', () => {
  expect(makeRoomForNames([`${fill(18)} · ${fill(10)}`], [STATE, VALUE], 18)).toEqual([30, 13]);
  expect(makeRoomForNames([`\u001b[31m${fill(18)}\u001b[39m`], [STATE, VALUE], 18)).toEqual([30, 13]);
});
