import { describe, expect, test } from 'vitest';
import { toRecordedColumns } from '../../../src/domain/measurement/columns/generation-columns.ts';
import { createGeneration } from '../../../src/domain/measurement/generations.ts';
import { fillMissingOffsets } from '../../../src/domain/measurement/missing-offsets.ts';
import type { RecordedGeneration } from '../../../src/domain/model.ts';
import { column } from '../../support/domain/columns.ts';

/** A generation that was seen once, at this second by the host's clock. */
const seen = (at: number, offset: number | null, changes: Partial<RecordedGeneration> = {}) => ({
  ...createGeneration({
    accessKeyId: `ASIA${at}`,
    lastUpdated: 0,
    expiration: 9_000_000,
    zoneless: false,
    observedAt: at * 1000,
    clockOffset: offset,
  }),
  ...changes,
});

/** The corrected first samples in seconds. */
function fill(generations: readonly RecordedGeneration[], isDated = true) {
  const filled = fillMissingOffsets(toRecordedColumns(generations), isDated);
  return Array.from(filled.firstSeen, (at) => at / 1000);
}

describe('a host that is behind', () => {
  test('a sample without an offset is corrected by the smaller error of its neighbours', () => {
    expect(fill([seen(100, -50), seen(200, null), seen(300, -30)])).toEqual([150, 230, 330]);
    expect(fill([seen(100, -30), seen(200, null), seen(300, -50)])).toEqual([130, 230, 350]);
    expect(fill([seen(100, -30), seen(200, null), seen(300, null), seen(400, -50)], false)).toEqual([
      130, 230, 330, 450,
    ]);
  });

  test('one neighbour is enough, before or after', () => {
    expect(fill([seen(100, null), seen(200, null), seen(300, -30)])).toEqual([130, 230, 330]);
    expect(fill([seen(100, -30), seen(200, null), seen(300, null)])).toEqual([130, 230, 330]);
  });

  test('neighbours on both sides of AWS’s clock correct nothing', () => {
    expect(fill([seen(100, -30), seen(200, null), seen(300, 20)])).toEqual([130, 200, 280]);
    expect(fill([seen(100, -30), seen(200, null), seen(300, -2)])).toEqual([130, 200, 300]);
    expect(fill([seen(100, -30), seen(200, null), seen(300, -3)])).toEqual([130, 203, 303]);
  });

  test('generations with offsets stay as they are, in the order of the host’s clock', () => {
    expect(fill([seen(300, -30), seen(100, -50), seen(200, null)])).toEqual([150, 230, 330]);
  });

  test('the later time of a generation with offsets counts, and the smaller distance to LastUpdated', () => {
    const mixed = seen(100, -30, { lastSeen: 500_000, rawLastSeen: 490_000, largestClockOffset: -10 });
    const filled = fillMissingOffsets(toRecordedColumns([mixed]), true);
    expect(filled).toMatchObject({
      firstSeen: column(130_000),
      lastSeen: column(500_000),
      correctedAheadMs: column(-130_000),
    });
    const later = fillMissingOffsets(toRecordedColumns([{ ...mixed, rawLastSeen: 495_000 }]), true);
    expect(later.lastSeen).toEqual(column(505_000));
    const first = { ...mixed, firstSeen: 105_000, correctedAheadMs: -105_000 };
    const moved = fillMissingOffsets(toRecordedColumns([first]), true);
    expect(moved).toMatchObject({ firstSeen: column(110_000), correctedAheadMs: column(-110_000) });
  });
});

describe('a host that is ahead', () => {
  test('a sample of a dated series is corrected if both neighbours show that the host is ahead', () => {
    expect(fill([seen(100, 50), seen(200, null), seen(300, 30)])).toEqual([50, 170, 270]);
    expect(fill([seen(100, 30), seen(200, null), seen(300, 50)])).toEqual([70, 170, 250]);
    expect(fill([seen(100, 50), seen(200, null), seen(300, null)])).toEqual([50, 200, 300]);
    expect(fill([seen(100, null), seen(200, null), seen(300, 50)])).toEqual([100, 200, 250]);
    expect(fill([seen(100, 50), seen(200, null), seen(300, 2)])).toEqual([50, 200, 300]);
    expect(fill([seen(100, 50), seen(200, null), seen(300, 3)])).toEqual([50, 197, 297]);
  });

  test('an undated series ignores a host that is ahead', () => {
    expect(fill([seen(100, 50), seen(200, null), seen(300, 30)], false)).toEqual([50, 200, 270]);
  });

  test('the earlier time of a generation with offsets counts, and the larger distance to LastUpdated', () => {
    const mixed = seen(100, 30, { lastSeen: 500_000, rawLastSeen: 500_000, smallestClockOffset: 10 });
    const filled = fillMissingOffsets(toRecordedColumns([mixed]), true);
    expect(filled).toMatchObject({
      firstSeen: column(70_000),
      lastSeen: column(490_000),
      correctedAheadMs: column(-70_000),
    });
    const first = { ...mixed, firstSeen: 95_000, correctedAheadMs: -95_000 };
    const moved = fillMissingOffsets(toRecordedColumns([first]), true);
    expect(moved).toMatchObject({ firstSeen: column(90_000), correctedAheadMs: column(-90_000) });
  });
});

test('a series without any offset, and undated generations, stay as they are', () => {
  const columns = toRecordedColumns([seen(100, null), seen(200, null)]);
  expect(fillMissingOffsets(columns, true)).toBe(columns);
  const undated = seen(200, null, { lastUpdated: null, correctedAheadMs: null, rawAheadMs: null });
  const filled = fillMissingOffsets(toRecordedColumns([seen(100, -30), undated]), true);
  expect(filled.correctedAheadMs).toEqual(column(-130_000, Number.NaN));
});

test('the given columns do not change', () => {
  const generations = [seen(300, -30), seen(100, null), seen(200, 20)];
  const columns = toRecordedColumns(generations);
  fillMissingOffsets(columns, true);
  expect(columns).toEqual(toRecordedColumns(generations));
});
