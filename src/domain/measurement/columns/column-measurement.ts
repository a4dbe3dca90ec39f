import type { NonEmpty } from '../../lists.ts';
import type { Generation } from '../../model.ts';
import type { Appearance, Measurement, Rotation, ServedPeriod } from '../measurement.ts';
import { toGenerationColumns } from './generation-columns.ts';
import type { HistoryColumns, HistoryLists } from './history-lists.ts';
import { toAppearanceColumns, toRotationColumns, toServedColumns } from './served-columns.ts';

type ListName = 'generations' | 'rotations' | 'servedPeriods' | 'appearances';

/**
 * A measurement that creates its lists when they are first read. A class, because V8 needs much more time and
 * memory for objects with getters of their own. A copy with `...` has no lists: use {@link toObject} instead.
 */
export class ColumnMeasurement implements Measurement {
  readonly #lists: HistoryLists;
  readonly sampleCount;
  readonly witnessedCount;
  readonly firstSample;
  readonly lastSample;
  readonly watchedTime;
  readonly watchedShare;
  readonly gaps;
  readonly rotationInterval;
  readonly rotationWindow;
  readonly validityWhenIssued;
  readonly largestPossibleValidity;
  readonly sampledMinimum;
  readonly worstCase;
  readonly overstatement;
  readonly lag;
  readonly usualGap;
  readonly isIssuedPerRequest;
  readonly areDurationsMixed;
  readonly severalEndpoints;
  readonly leadTimeTrend;
  readonly clock;

  constructor(lists: HistoryLists, figures: Omit<Measurement, ListName>) {
    this.#lists = lists;
    this.sampleCount = figures.sampleCount;
    this.witnessedCount = figures.witnessedCount;
    this.firstSample = figures.firstSample;
    this.lastSample = figures.lastSample;
    this.watchedTime = figures.watchedTime;
    this.watchedShare = figures.watchedShare;
    this.gaps = figures.gaps;
    this.rotationInterval = figures.rotationInterval;
    this.rotationWindow = figures.rotationWindow;
    this.validityWhenIssued = figures.validityWhenIssued;
    this.largestPossibleValidity = figures.largestPossibleValidity;
    this.sampledMinimum = figures.sampledMinimum;
    this.worstCase = figures.worstCase;
    this.overstatement = figures.overstatement;
    this.lag = figures.lag;
    this.usualGap = figures.usualGap;
    this.isIssuedPerRequest = figures.isIssuedPerRequest;
    this.areDurationsMixed = figures.areDurationsMixed;
    this.severalEndpoints = figures.severalEndpoints;
    this.leadTimeTrend = figures.leadTimeTrend;
    this.clock = figures.clock;
  }

  get columns(): HistoryColumns {
    return this.#lists.columns;
  }

  get generations(): NonEmpty<Generation> {
    return this.#lists.generations;
  }

  get rotations(): readonly Rotation[] {
    return this.#lists.rotations;
  }

  get servedPeriods(): readonly ServedPeriod[] {
    return this.#lists.servedPeriods;
  }

  get appearances(): readonly Appearance[] {
    return this.#lists.appearances;
  }

  /** The same measurement with its lists as usual fields. */
  toObject(): Measurement {
    const { generations, rotations, servedPeriods, appearances } = this;
    return { ...this, generations, rotations, servedPeriods, appearances };
  }
}

/** Not `instanceof`, because the page is a bundle of its own with another copy of the class. */
const hasColumns = (measurement: Measurement): measurement is ColumnMeasurement => 'columns' in measurement;

const knownColumns = new WeakMap<object, HistoryColumns>();

/** The columns of a measurement. Converts the lists of a measurement that was copied, as by the library. */
export function getHistoryColumns(measurement: Measurement): HistoryColumns {
  if (hasColumns(measurement)) return measurement.columns;
  const known = knownColumns.get(measurement);
  if (known !== undefined) return known;
  const { generations, servedPeriods, rotations, appearances } = measurement;
  const indexes = new Map<object, number>(generations.map((generation, index) => [generation, index]));
  const columns = {
    generations: toGenerationColumns(generations),
    served: toServedColumns(servedPeriods),
    rotations: toRotationColumns(rotations, indexes),
    appearances: toAppearanceColumns(appearances, indexes),
  };
  knownColumns.set(measurement, columns);
  return columns;
}
