import { groupBy } from '../lists.ts';
import { median, minBy, range } from '../measurement/statistics.ts';
import type { Instant, Seconds } from '../model.ts';
import { getRoleKey } from '../series-key.ts';
import { computeAge } from '../verdict/analyse.ts';
import type { JudgedFleetSeries } from './assess-host.ts';
import type { RoleChange, RoleOfSource, RoleTrend } from './assessed-fleet.ts';
import { type BehaviourChange, MIN_EARLIER_VALUES } from './behaviour-change.ts';
import type { MeasuredFigures } from './series-figures.ts';

/** A role changed if this share of its hosts changed. A single host of many has a reason of its own. */
const MIN_CHANGED_SHARE = 0.05;
const WEEK: Seconds = 7 * 86_400;

/** Collects changes and trends of all roles and sources, host by host. */
export class RoleCollector {
  readonly #roles = new Map<string, RoleRecord>();

  add(host: string, judged: readonly JudgedFleetSeries[], now: Instant): void {
    for (const [key, series] of groupBy(judged, ({ figures }) => getRoleKey(figures.identity))) {
      const record = this.#roles.get(key) ?? createRecord(series[0].figures.identity);
      this.#roles.set(key, record);
      const measured = series.flatMap(({ figures }) => figures.measured ?? []);
      if (measured.length > 0) record.measuredCount += 1;
      // The last week of a host that stopped polling was earlier.
      const comparable = measured.filter((each) => isComparable(each) && computeAge(now, each) <= WEEK);
      if (comparable.length > 0) record.comparedCount += 1;
      for (const change of comparable.flatMap(({ changes }) => changes))
        record.changes.push({ host, change });
      for (const { figures, judgements } of series) {
        if (figures.measured?.leadTimeTrend == null) continue;
        const usedUpAt = range(judgements.flatMap((each) => each?.spareUsedUpAt ?? []))?.min ?? null;
        record.trends.push({ host, measured: figures.measured, usedUpAt });
      }
    }
  }

  listChanges(): RoleChange[] {
    return [...this.#roles.values()].flatMap(listRoleChanges);
  }

  /** The steepest trend first. */
  listTrends(now: Instant): RoleTrend[] {
    return [...this.#roles.values()]
      .flatMap((record) => findTrend(record, now) ?? [])
      .sort((a, b) => b.shrinkingPerDay - a.shrinkingPerDay);
  }
}

interface RoleRecord extends RoleOfSource {
  measuredCount: number;
  comparedCount: number;
  changes: { host: string; change: BehaviourChange }[];
  trends: { host: string; measured: MeasuredFigures; usedUpAt: Instant | null }[];
}

const createRecord = ({ source, role }: RoleOfSource): RoleRecord => ({
  source,
  role,
  measuredCount: 0,
  comparedCount: 0,
  changes: [],
  trends: [],
});

/** Whether a change could have been found. */
const isComparable = ({ isIssuedPerRequest, lastWeek, before }: MeasuredFigures): boolean =>
  isIssuedPerRequest || (lastWeek !== null && before !== null && before.rotationCount >= MIN_EARLIER_VALUES);

function listRoleChanges({ source, role, comparedCount, changes }: RoleRecord): RoleChange[] {
  const kinds = groupBy(changes, ({ change }) => `${change.figure} ${change.direction}`);
  return [...kinds.values()].flatMap((same) => {
    const { figure, direction } = same[0].change;
    const hostCount = new Set(same.map(({ host }) => host)).size;
    if (hostCount < MIN_CHANGED_SHARE * comparedCount) return [];
    return {
      source,
      role,
      figure,
      direction,
      hostCount,
      comparedCount,
      usual: median(same.map(({ change }) => change.usual)) ?? same[0].change.usual,
      changed: median(same.map(({ change }) => change.changed)) ?? same[0].change.changed,
      example: same[0].host,
    };
  });
}

/** The test of a series finds a trend in this share of stationary histories. */
const FALSE_TREND_SHARE = 0.01;
/** A role has a trend if chance alone would explain the number of its hosts less often than this. */
const MAX_CHANCE = 0.001;
/** The trend of a single host matters if its spare is used up so soon. */
const SOON_MS = 30 * 86_400_000;

/** Of `hostCount` hosts without a trend, the chance that the test finds a trend on at least `found` of them. */
function computeChanceOfTrends(found: number, hostCount: number): number {
  let term = (1 - FALSE_TREND_SHARE) ** hostCount;
  let fewer = 0;
  for (let count = 0; count < found; count += 1) {
    fewer += term;
    term *= ((hostCount - count) / (count + 1)) * (FALSE_TREND_SHARE / (1 - FALSE_TREND_SHARE));
  }
  return 1 - fewer;
}

function findTrend({ source, role, measuredCount, trends }: RoleRecord, now: Instant): RoleTrend | null {
  const hostCount = new Set(trends.map(({ host }) => host)).size;
  const spareUsedUpAt = range(trends.flatMap(({ usedUpAt }) => usedUpAt ?? []))?.min ?? null;
  const isSoon = spareUsedUpAt !== null && spareUsedUpAt < now + SOON_MS;
  if (!isSoon && computeChanceOfTrends(hostCount, measuredCount) > MAX_CHANCE) return null;
  const worst = minBy(trends, ({ measured }) => -(measured.leadTimeTrend?.shrinkingPerDay ?? 0));
  if (worst === null || worst.measured.leadTimeTrend === null) return null;
  return {
    source,
    role,
    hostCount,
    comparedCount: measuredCount,
    worstHost: worst.host,
    shrinkingPerDay: worst.measured.leadTimeTrend.shrinkingPerDay,
    worstCase: worst.measured.worstCaseSeconds,
    spareUsedUpAt,
  };
}
