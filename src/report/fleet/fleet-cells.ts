import { findWorstJudgement } from '../../domain/fleet/assess-host.ts';
import type { AssessedHost, FleetGroup, GroupBy } from '../../domain/fleet/assessed-fleet.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { getStatedSpare } from '../../domain/verdict/judgements.ts';
import {
  computeSafeShare,
  formatFleetSafety,
  formatFleetVerdict,
  formatFleetWorstCase,
  formatGroupBy,
  formatGroupValue,
  formatWorstSeries,
} from '../messages/fleet/fleet.ts';
import { formatNumber, formatShare } from '../text/format-values.ts';

export const HOST_COLUMNS = ['host', 'verdict', 'worst case', 'spare', 'series'];

/** Shown only if a host has a note. */
export const NOTE_COLUMN = 'note';

/** The cells of a host after its name, as plain text. Names in cells are escaped. */
export function buildHostCells({
  verdict,
  isSafeSoFar,
  judgements,
  worstCase,
  hasMeasuredRotation,
  worstSeries,
}: AssessedHost): string[] {
  const worst = findWorstJudgement(judgements);
  const spare = worst && getStatedSpare(worst);
  return [
    verdict === null ? '' : formatFleetVerdict({ verdict, isSafeSoFar }),
    worstCase === null ? '' : formatFleetWorstCase({ seconds: worstCase, hasMeasuredRotation }),
    spare === null ? '' : duration(spare),
    worstSeries === null ? '' : formatWorstSeries(worstSeries),
  ];
}

export const listGroupColumns = (by: GroupBy): string[] => [
  formatGroupBy(by),
  'verdict',
  'hosts',
  'safe',
  'worst case',
  'rotation interval',
];

/** The cells of a group after its value. Its hosts may have different kinds of `not safe`. With several jobs, the share of the job with the smallest share. */
export function buildGroupCells({
  hostCount,
  jobs,
  verdict,
  isSafeSoFar,
  worstCase,
  rotationInterval,
}: FleetGroup): string[] {
  const shares = jobs.flatMap(({ hosts }) => computeSafeShare(hosts) ?? []);
  return [
    verdict === null ? '' : formatFleetSafety({ verdict, isSafeSoFar }),
    formatNumber(hostCount),
    shares.length === 0 ? '' : formatShare(Math.min(...shares)),
    worstCase === null ? '' : formatFleetWorstCase(worstCase),
    rotationInterval === null ? '' : formatInterval(rotationInterval),
  ];
}

const formatInterval = ({ min, max }: NonNullable<FleetGroup['rotationInterval']>) =>
  min === max ? duration(min) : `${duration(min)} to ${duration(max)}`;

export const formatGroup = ({ value }: FleetGroup): string => formatGroupValue(value);
