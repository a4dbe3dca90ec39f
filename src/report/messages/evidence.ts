import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { type Evidence, findEvidence, isShortestNow } from '../../domain/verdict/evidence.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { formatCount, formatNumber, formatPercentage, joinWords } from '../text/format-values.ts';
import { describeJob } from './verdicts.ts';

const AWS_PROMISE = 'AWS promises only that new credentials appear 5 minutes before the old ones expire.';

/**
 * What the numbers come from, and all that they say about the next day, the next rotation and one start.
 * @param judgements of the series; a safe one is described in days
 */
export const describeEvidence = (
  measurement: Measurement,
  judgements: readonly JobJudgement[] = [],
): string => joinEvidence(measurement, judgements, FURTHER_CHANCES);

/** States one chance: of the next day if it is known, else of the next rotation. */
export const describeEvidenceBriefly = (
  measurement: Measurement,
  judgements: readonly JobJudgement[] = [],
): string => joinEvidence(measurement, judgements, null);

/** Sentences that follow the first chance. An object, so that bundles of brief evidence omit them. */
interface FurtherChances {
  describeRotation(evidence: Evidence, ofRotation: string, measurement: Measurement): string[];
  describeStart(evidence: Evidence): string[];
  confidence: string;
}

function joinEvidence(
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  further: FurtherChances | null,
): string {
  const evidence = findEvidence(measurement);
  const sentences = isNotSafe(judgements)
    ? [describeBasis(measurement, evidence), NOT_SAFE]
    : measurement.isIssuedPerRequest
      ? describeRequests(measurement, evidence, further)
      : [
          ...describeRotations(evidence, measurement, judgements, further),
          ...(further?.describeStart(evidence) ?? []),
          AWS_PROMISE,
        ];
  return sentences.join(' ');
}

/** Chances about the next rotation say nothing about a job that has already failed in the history. */
const isNotSafe = (judgements: readonly JobJudgement[]): boolean =>
  judgements.length > 0 && judgements.every(({ verdict }) => toSafety(verdict) === 'not-safe');

const NOT_SAFE = 'Not safe needs no further evidence: one moment with too little validity is enough.';

const describeBasis = (
  { isIssuedPerRequest, witnessedCount, watchedTime }: Measurement,
  { observations }: Evidence,
): string =>
  isIssuedPerRequest
    ? `${formatCount(observations, 'sample')} of credentials that are issued per request.`
    : `${formatCount(witnessedCount, 'rotation')} witnessed in ${duration(watchedTime)}.`;

function describeRequests(
  measurement: Measurement,
  evidence: Evidence,
  further: FurtherChances | null,
): string[] {
  const { nextRotationChance: chance } = evidence;
  const basis = describeBasis(measurement, evidence);
  if (chance === null) return [basis];
  return [
    basis,
    `The chance that the next request gets a shorter validity than all of these samples is ${formatUpperBound(chance)}.`,
    ...(further === null ? [] : [further.confidence]),
  ];
}

function describeRotations(
  evidence: Evidence,
  measurement: Measurement,
  judgements: readonly JobJudgement[],
  further: FurtherChances | null,
): string[] {
  const basis = describeBasis(measurement, evidence);
  if (measurement.leadTimeTrend !== null)
    return [basis, 'Each day, rotations leave less validity, so this says nothing about the next days.'];
  const { nextRotationChance } = evidence;
  if (evidence.observations > 0 && isShortestNow(measurement)) return [basis, SHORTEST_NOW];
  const begin = (evidence.nextDayChance !== null && describeSafeDays(evidence, judgements)) || [basis];
  if (nextRotationChance === null) return begin;
  return [...begin, ...describeChances(evidence, nextRotationChance, measurement, further)];
}

/** The chance of a day is the larger one, because a day has many rotations. More history makes both smaller. */
function describeChances(
  evidence: Evidence,
  nextRotationChance: number,
  measurement: Measurement,
  further: FurtherChances | null,
): string[] {
  const { nextDayChance, watchedDays } = evidence;
  const ofRotation = `${formatUpperBound(nextRotationChance)}${describeRecords(evidence)}.`;
  // A day cannot be safer than one of its rotations. Then only the rotation has a useful number.
  if (nextDayChance === null || nextDayChance < nextRotationChance) {
    return [
      `If the next rotation is like these, the chance that it leaves less validity than all of them is ${ofRotation}`,
      ...(further === null ? [] : [further.confidence]),
      ...describeRotationsOfDay(measurement),
    ];
  }
  const days = formatCount(watchedDays, 'full day');
  return [
    `If tomorrow is like the ${days} watched, the chance of a worse moment to start than on all these days is ${formatUpperBound(nextDayChance)}.`,
    ...(further?.describeRotation(evidence, ofRotation, measurement) ?? []),
  ];
}

const USED_BY_CONFIDENCE = 'This is the number that --confidence uses.';

const FURTHER_CHANCES: FurtherChances = {
  describeRotation: ({ watchedDays }, ofRotation, measurement) => [
    `${formatCount(watchedDays, 'day')} cannot show a smaller chance, and each further full day makes it smaller.`,
    `For the next rotation alone, the chance is ${ofRotation}`,
    USED_BY_CONFIDENCE,
    ...describeRotationsOfDay(measurement),
  ],
  // Much smaller than the chance of a whole day, which counts every start of the day.
  describeStart: ({ randomStartChance: chance }) =>
    chance === null
      ? []
      : [
          `The estimated chance that one start at a random time finds less validity than ever measured is ${formatPercentage(chance)}.`,
        ],
  confidence: USED_BY_CONFIDENCE,
};

const DAY: Seconds = 86_400;

/** The number of one rotation must not be taken for the number of a day. */
function describeRotationsOfDay({ rotationInterval }: Measurement): string[] {
  const count = rotationInterval === null ? 0 : Math.round(DAY / rotationInterval.median);
  return count < 2 ? [] : [`A day has about ${formatNumber(count)} rotations, so its chance is larger.`];
}

/** `, because the last rotation left less than all before`. Empty if recent rotations do not make the chance larger. */
function describeRecords({ observations, nextRotationChance: chance, recentRecords }: Evidence): string {
  if (chance === null || chance * (observations + 1) < 1 + 1e-9) return '';
  const { records, rotations } = recentRecords;
  const which = rotations === 1 ? 'the last rotation' : `${records} of the last ${rotations} rotations`;
  return `, because ${which} left less than all before`;
}

const SHORTEST_NOW =
  'The newest credentials had less validity left than the old ones at any measured rotation, so the next rotation leaves less validity than all measured ones.';

/** For the safe job with the least to spare. Names the jobs that are not safe, because the rest says nothing about them. */
function describeSafeDays({ watchedDays }: Evidence, judgements: readonly JobJudgement[]): string[] | null {
  const [tightest] = judgements
    .flatMap((each) => (each.verdict === 'safe' ? [each] : []))
    .sort((a, b) => a.spare - b.spare);
  if (tightest === undefined) return null;
  const unsafe = judgements.filter(({ verdict }) => toSafety(verdict) === 'not-safe');
  const names = Array.from(new Set(unsafe.map(({ job }) => describeJob(job.duration))));
  return [
    ...(names.length === 0 ? [] : [`${nameJobs(names)} not safe.`]),
    `On none of the ${formatCount(watchedDays, 'full day')} watched would ${describeJob(tightest.job.duration)} have failed, ` +
      `whenever it started; it had at least ${duration(tightest.spare)} to spare.`,
  ];
}

/** `A 5h job is`, `A 5h job, a 6h job and a 7h job are`. */
function nameJobs(names: readonly string[]): string {
  const text = joinWords(names);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${names.length === 1 ? 'is' : 'are'}`;
}

/** `at most 1 in 15`. Rounded to the larger chance. */
const formatUpperBound = (chance: number) => `at most 1 in ${Math.max(1, Math.floor(1 / chance + 1e-9))}`;
