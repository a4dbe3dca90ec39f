import type { Generation, Seconds } from '../model.ts';
import { mergeKeylessGenerations, orderGenerations } from './generations.ts';
import { areIssuedPerRequest } from './issued-per-request.ts';
import type { Extremes, Measurement, Rotation } from './measurement.ts';
import { findAppearances, findRotations, type RotationHistory } from './rotations.ts';
import { median, range, weightedMedian } from './statistics.ts';
import {
  coveredTime,
  findGaps,
  findSampledMinimum,
  findServedPeriods,
  findValidityWhenIssued,
  findWorstCase,
} from './validity.ts';

/** What the generations of one series prove; at least one is needed. */
export function measure(generations: readonly Generation[]): Measurement {
  const ordered = orderGenerations(mergeKeylessGenerations(generations));
  const firstSample = range(ordered.map(({ firstSeen }) => firstSeen))!.min;
  const lastSample = range(ordered.map(({ lastSeen }) => lastSeen))!.max;
  const issuedPerRequest = areIssuedPerRequest(ordered);
  const history = findRotations(ordered, lastSample);
  const pairs = issuedPerRequest ? [] : history.rotations;
  const rotations = pairs.filter(({ isCompleted }) => isCompleted);
  const services = findServedPeriods(ordered, pairs);
  const sampledMinimum = findSampledMinimum(ordered);
  const worstCase = findWorstCase(sampledMinimum, pairs);
  const appearances = appearancesOf(ordered, history, issuedPerRequest);
  return {
    generations: ordered,
    sampleCount: ordered.reduce((sum, { samples }) => sum + samples, 0),
    rotations,
    witnessedCount: rotations.filter(({ isWitnessed }) => isWitnessed).length,
    firstSample,
    lastSample,
    watchedTime: Math.floor(coveredTime(services) / 1000),
    gaps: findGaps(pairs),
    servedPeriods: services,
    rotationInterval: extremes(rotations.flatMap(({ interval }) => interval ?? [])),
    rotationWindow: extremes(rotations.flatMap(windowOf)),
    appearances,
    validityWhenIssued: findValidityWhenIssued(appearances),
    sampledMinimum,
    worstCase,
    overstatement: sampledMinimum.seconds - worstCase.seconds,
    lag: Math.ceil(history.lag / 1000),
    usualGap: findUsualGap(ordered),
    isIssuedPerRequest: issuedPerRequest,
  };
}

/** Credentials that are issued for a request appear by their own date or not at all: there is nothing between two. */
function appearancesOf(ordered: readonly Generation[], history: RotationHistory, issuedPerRequest: boolean) {
  const found = findAppearances(ordered, history);
  return issuedPerRequest ? found.filter(({ generation }) => generation.lastUpdated !== null) : found;
}

function extremes(durations: readonly Seconds[]): Extremes | null {
  const ends = range(durations);
  return ends === null ? null : { ...ends, median: median(durations)! };
}

/** Of a rotation that is not dated, and beside which no other hid: all that is known of its moment. */
function windowOf({ isDated, isWitnessed, isOverlapping, window }: Rotation): Seconds[] {
  return isDated || !isWitnessed || isOverlapping ? [] : [Math.ceil((window.to - window.from) / 1000)];
}

/**
 * The usual time between two samples, from the generations alone so that pruning changes nothing: inside one, its
 * mean gap stands for all of its gaps.
 */
export function findUsualGap(ordered: readonly Generation[]): Seconds | null {
  const inside = ordered.map(({ firstSeen, lastSeen, samples }) => ({
    value: (lastSeen - firstSeen) / Math.max(1, samples - 1),
    weight: samples - 1,
  }));
  const between = ordered
    .slice(1)
    .map((to, index) => ({ value: to.firstSeen - ordered[index]!.lastSeen, weight: 1 }));
  const usual = weightedMedian([...inside, ...between.filter(({ value }) => value > 0)]);
  return usual === null ? null : Math.round(usual / 1000);
}
