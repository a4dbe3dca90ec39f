import { groupBy } from '../lists.ts';
import { median, minBy, range } from '../measurement/statistics.ts';
import type { Instant, Seconds } from '../model.ts';
import { computeAge } from '../verdict/analyse.ts';
import type { JudgedFleetSeries } from './assess-host.ts';
import type { RoleChange, RoleDrift, RoleOfSource } from './assessed-fleet.ts';
import { type BehaviourChange, MIN_EARLIER_VALUES } from './behaviour-change.ts';
import type { MeasuredFigures } from './series-figures.ts';

/** A role changed if this share of its hosts changed. A single host of many has a reason of its own. */
const MIN_CHANGED_SHARE = 0.05;
const WEEK: Seconds = 7 * 86_400;

/** Collects changes and trends of all roles and sources, host by host. */
export class RoleTrends {
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
        record.drifts.push({ host, measured: figures.measured, usedUpAt });
      }
    }
  }

  listChanges(): RoleChange[] {
    return [...this.#roles.values()].flatMap(listRoleChanges);
  }

  /** The steepest trend first. */
  listDrifts(): RoleDrift[] {
    return [...this.#roles.values()]
      .flatMap((record) => findDrift(record) ?? [])
      .sort((a, b) => b.shrinkingPerDay - a.shrinkingPerDay);
  }
}

interface RoleRecord extends RoleOfSource {
  measuredCount: number;
  comparedCount: number;
  changes: { host: string; change: BehaviourChange }[];
  drifts: { host: string; measured: MeasuredFigures; usedUpAt: Instant | null }[];
}

const getRoleKey = ({ source, role }: RoleOfSource) => JSON.stringify([source, role]);

const createRecord = ({ source, role }: RoleOfSource): RoleRecord => ({
  source,
  role,
  measuredCount: 0,
  comparedCount: 0,
  changes: [],
  drifts: [],
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

function findDrift({ source, role, measuredCount, drifts }: RoleRecord): RoleDrift | null {
  const worst = minBy(drifts, ({ measured }) => -(measured.leadTimeTrend?.shrinkingPerDay ?? 0));
  if (worst === null || worst.measured.leadTimeTrend === null) return null;
  return {
    source,
    role,
    hostCount: new Set(drifts.map(({ host }) => host)).size,
    comparedCount: measuredCount,
    worstHost: worst.host,
    shrinkingPerDay: worst.measured.leadTimeTrend.shrinkingPerDay,
    worstCase: worst.measured.worstCaseSeconds,
    spareUsedUpAt: range(drifts.flatMap(({ usedUpAt }) => usedUpAt ?? []))?.min ?? null,
  };
}
