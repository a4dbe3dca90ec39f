import { isNonEmpty, pairNeighbours } from '../lists.ts';
import type { Generation, Seconds } from '../model.ts';
import { mergeKeylessGenerations, orderGenerations } from './generations.ts';
import { areIssuedPerRequest } from './issued-per-request.ts';
import type { Measurement, Rotation } from './measurement.ts';
import { findAppearances, findRotations } from './rotations.ts';
import { findExtremes, minBy, weightedMedian } from './statistics.ts';
import {
  findGaps,
  findSampledMinimum,
  findServedPeriods,
  findValidityWhenIssued,
  findWorstCase,
  measureCoveredTime,
} from './validity.ts';

/**
 * Measures one series.
 * @param generations in any order
 * @throws RangeError if there is no generation
 */
export function measure(generations: readonly Generation[]): Measurement {
  const ordered = orderGenerations(mergeKeylessGenerations(generations));
  if (!isNonEmpty(ordered)) throw new RangeError('a series without generations cannot be measured');
  const firstSample = minBy(ordered, ({ firstSeen }) => firstSeen).firstSeen;
  const lastSample = minBy(ordered, ({ lastSeen }) => -lastSeen).lastSeen;
  const isIssuedPerRequest = areIssuedPerRequest(ordered);
  const history = findRotations(ordered, lastSample);
  // Includes rotations that are not completed yet. A per-request source has no rotations.
  const replacements = isIssuedPerRequest ? [] : history.rotations;
  const rotations = replacements.filter(({ isCompleted }) => isCompleted);
  const servedPeriods = findServedPeriods(ordered, replacements);
  const sampledMinimum = findSampledMinimum(ordered);
  const worstCase = findWorstCase(sampledMinimum, replacements);
  // Undated credentials that are issued per request have no appearance, because no sample precedes them.
  const appearances = findAppearances(ordered, history).filter(
    ({ generation }) => !isIssuedPerRequest || generation.lastUpdated !== null,
  );
  return {
    generations: ordered,
    sampleCount: ordered.reduce((sum, { samples }) => sum + samples, 0),
    rotations,
    witnessedCount: rotations.filter(({ isWitnessed }) => isWitnessed).length,
    firstSample,
    lastSample,
    watchedTime: Math.floor(measureCoveredTime(servedPeriods) / 1000),
    gaps: findGaps(replacements),
    servedPeriods,
    rotationInterval: findExtremes(rotations.flatMap(({ interval }) => interval ?? [])),
    rotationWindow: findExtremes(rotations.flatMap(listWindowLength)),
    appearances,
    validityWhenIssued: findValidityWhenIssued(appearances),
    sampledMinimum,
    worstCase,
    overstatement: sampledMinimum.seconds - worstCase.seconds,
    lag: Math.ceil(history.lag / 1000),
    usualGap: findUsualGap(ordered),
    isIssuedPerRequest,
  };
}

/** The length of the window of an undated, witnessed rotation. Nothing for other rotations. */
function listWindowLength({ isDated, isWitnessed, isOverlapping, window }: Rotation): Seconds[] {
  return isDated || !isWitnessed || isOverlapping ? [] : [Math.ceil((window.to - window.from) / 1000)];
}

/**
 * The usual time between two samples; null with fewer than two samples. The mean gap of a generation stands
 * for all of its gaps. So pruned samples change nothing.
 */
export function findUsualGap(ordered: readonly Generation[]): Seconds | null {
  const inside = ordered.map(({ firstSeen, lastSeen, samples }) => ({
    value: (lastSeen - firstSeen) / Math.max(1, samples - 1),
    weight: samples - 1,
  }));
  const between = pairNeighbours(ordered)
    .map(([from, to]) => ({ value: to.firstSeen - from.lastSeen, weight: 1 }))
    .filter(({ value }) => value > 0);
  const usual = weightedMedian([...inside, ...between]);
  return usual === null ? null : Math.round(usual / 1000);
}
