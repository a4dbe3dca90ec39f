import { describe, expect, test } from 'vitest';
import { getHistoryColumns } from '../../../../src/domain/measurement/columns/column-measurement.ts';
import { toRecordedColumns } from '../../../../src/domain/measurement/columns/generation-columns.ts';
import { HistoryLists } from '../../../../src/domain/measurement/columns/history-lists.ts';
import { groupGenerations } from '../../../../src/domain/measurement/generations.ts';
import { measure, measureColumns } from '../../../../src/domain/measurement/measure.ts';
import type { Sample } from '../../../../src/domain/model.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Four generations that rotate each hour, polled every ten minutes. The third one has the least validity. */
function createRecorded() {
  const samples = Array.from({ length: 24 }, (_, index): Sample => {
    const hour = Math.floor(index / 6);
    return {
      accessKeyId: `ASIA${hour}`,
      lastUpdated: START + hour * 60 * MINUTE,
      expiration: START + (hour === 2 ? 240 : 360 + hour * 60) * MINUTE,
      zoneless: false,
      observedAt: START + (index * 10 + 5) * MINUTE,
      clockOffset: 0,
    };
  });
  return groupGenerations(samples);
}

const createLists = () => new HistoryLists(measureColumns(toRecordedColumns(createRecorded()), null).columns);

describe('HistoryLists', () => {
  test('an item that was read alone is the same object in the lists', () => {
    const lists = createLists();
    const [generation, rotation] = [lists.getGeneration(2), lists.getRotation(1)];
    expect(lists.getGeneration(2)).toBe(generation);
    expect(lists.getRotation(1)).toBe(rotation);
    expect(rotation.to).toBe(generation);
    expect(lists.generations[2]).toBe(generation);
    expect(lists.generations[1]).toBe(rotation.from);
    expect(lists.rotations[1]).toBe(rotation);
    expect(lists.rotations[2]?.from).toBe(generation);
    expect(lists.servedPeriods[2]?.generation).toBe(generation);
    expect(lists.appearances[2]?.generation).toBe(generation);
  });

  test('an item that is read after its list is the object of the list', () => {
    const lists = createLists();
    const { rotations, generations, appearances } = lists;
    expect(lists.getGeneration(3)).toBe(generations[3]);
    expect(lists.getRotation(2)).toBe(rotations[2]);
    expect(appearances.map(({ generation }) => generation)).toEqual(generations);
    for (const [index, { from, to }] of rotations.entries()) {
      expect(from).toBe(generations[index]);
      expect(to).toBe(generations[index + 1]);
    }
  });

  test('a list is created once', () => {
    const lists = createLists();
    expect(lists.generations).toBe(lists.generations);
    expect(lists.rotations).toBe(lists.rotations);
    expect(lists.servedPeriods).toBe(lists.servedPeriods);
    expect(lists.appearances).toBe(lists.appearances);
  });

  test('lists need a generation', () => {
    const { columns } = createLists();
    const empty = { ...columns.generations, count: 0 };
    expect(() => new HistoryLists({ ...columns, generations: empty }).generations).toThrow(
      'a series without generations cannot be measured',
    );
  });
});

describe('measurements of columns', () => {
  test('the lists have the values of the columns', () => {
    const { generations, rotations, servedPeriods, appearances } = createLists();
    const at = (minute: number) => START + minute * MINUTE;
    expect(generations.map(({ accessKeyId, samples }) => [accessKeyId, samples])).toEqual([
      ['ASIA0', 6],
      ['ASIA1', 6],
      ['ASIA2', 6],
      ['ASIA3', 6],
    ]);
    expect(rotations[1]).toEqual({
      from: generations[1],
      to: generations[2],
      window: { from: at(115), to: at(125) },
      isDated: true,
      at: at(120),
      leadTime: 300 * 60,
      interval: 3600,
      blindTime: 300,
      isWitnessed: true,
    });
    expect(servedPeriods[1]).toEqual({ generation: generations[1], from: at(60), to: at(120) });
    expect(appearances[1]).toEqual({ generation: generations[1], earliest: at(60), latest: at(60) });
  });

  test('the worst case is an item of the lists', () => {
    const measurement = measure(createRecorded());
    const { worstCase, sampledMinimum, generations, rotations } = measurement;
    expect(worstCase).toMatchObject({ seconds: 3600, at: START + 180 * MINUTE });
    expect(worstCase.generation).toBe(generations[2]);
    expect(worstCase.rotation).toBe(rotations[2]);
    expect(sampledMinimum).toMatchObject({ seconds: 65 * 60, generation: { accessKeyId: 'ASIA2' } });
  });

  test('a copied measurement has the same columns, which are converted once', () => {
    const measured = measureColumns(toRecordedColumns(createRecorded()), null);
    expect(getHistoryColumns(measured)).toBe(measured.columns);
    const copy = measured.toObject();
    const columns = getHistoryColumns(copy);
    expect(columns).toEqual(measured.columns);
    expect(getHistoryColumns(copy)).toBe(columns);
    expect(getHistoryColumns({ ...copy })).not.toBe(columns);
  });

  test('undated rotations and unknown intervals have the same columns after a copy', () => {
    const undated = createRecorded().map((each) => ({
      ...each,
      lastUpdated: null,
      correctedAheadMs: null,
      rawAheadMs: null,
    }));
    const measured = measureColumns(toRecordedColumns(undated), null);
    expect(measured.rotations[0]).toMatchObject({ isDated: false, interval: null });
    expect(getHistoryColumns(measured.toObject())).toEqual(measured.columns);
  });
});
