import { compareText, groupBy } from '../lists.ts';
import type { Seconds } from '../model.ts';
import { compareSeverity, findMostSevere, toSafety } from '../verdict/figures/severity.ts';
import type { UnknownReason, Verdict } from '../verdict/job-verdict.ts';
import { findSmallestWorstCase, findWorstJudgement, type JudgedFleetSeries } from './assess-host.ts';
import type {
  AssessedHost,
  FleetGroup,
  FleetGroups,
  FleetJob,
  GroupBy,
  HostCounts,
  HostJudgement,
  SmallestWorstCase,
} from './assessed-fleet.ts';

/** Counts hosts by their verdict on one job. */
export class HostCounter {
  readonly counts: HostCounts = { safe: 0, notSafe: 0, unknown: 0 };
  safeSoFarCount = 0;
  /** See {@link FleetJob}. */
  canStartAfterRotation = true;
  #worst: { verdict: Verdict; spare: Seconds | null } | null = null;
  readonly #reasons = new Map<UnknownReason['code'], number>();

  /** @param judgement null if the duration of the job is unknown */
  add(judgement: HostJudgement | null): void {
    const verdict = judgement?.verdict ?? 'unknown';
    this.#worst = findMostSevere([
      ...(this.#worst === null ? [] : [this.#worst]),
      { verdict, spare: judgement?.spare ?? null },
    ]);
    const safety = toSafety(verdict);
    this.counts[safety === 'not-safe' ? 'notSafe' : safety] += 1;
    if (judgement?.isSafeSoFar) this.safeSoFarCount += 1;
    if (safety === 'not-safe' && verdict !== 'start-after-rotation') this.canStartAfterRotation = false;
    if (verdict !== 'unknown' || judgement === null) return;
    for (const { code } of judgement.unknownReasons)
      this.#reasons.set(code, (this.#reasons.get(code) ?? 0) + 1);
  }

  /** See {@link FleetJob}. */
  listReasons(): FleetJob['unknownReasons'] {
    return Array.from(this.#reasons, ([code, hostCount]) => ({ code, hostCount })).sort(
      (a, b) => b.hostCount - a.hostCount || compareText(a.code, b.code),
    );
  }

  /** Of the worst host. `unknown` without a host. */
  get worst(): { verdict: Verdict; spare: Seconds | null } {
    return this.#worst ?? { verdict: 'unknown', spare: null };
  }
}

interface GroupRecord {
  value: string | null;
  hostCount: number;
  counters: readonly HostCounter[];
  worst: HostJudgement | null;
  worstCase: SmallestWorstCase | null;
  shortestInterval: Seconds | null;
  longestInterval: Seconds | null;
}

/** Collects groups of hosts, host by host. A host with several roles is in several groups. */
export class GroupCollector {
  readonly #by: GroupBy;
  readonly #jobCount: number;
  readonly #groups = new Map<string | null, GroupRecord>();

  constructor(by: GroupBy, jobCount: number) {
    this.#by = by;
    this.#jobCount = jobCount;
  }

  add(host: AssessedHost, judged: readonly JudgedFleetSeries[]): void {
    if (this.#by.kind === 'tag') {
      const { name } = this.#by;
      const value = Object.hasOwn(host.tags, name) ? (host.tags[name] ?? null) : null;
      this.#addTo(host.host, value, host.judgements, judged);
      return;
    }
    const { kind } = this.#by;
    const getValue = ({ figures: { identity, measured } }: JudgedFleetSeries) => {
      const value = identity[kind];
      return measured === null && value === '' ? null : value;
    };
    if (judged.length === 0) this.#addTo(host.host, null, host.judgements, judged);
    for (const [value, series] of groupBy(judged, getValue)) {
      const judgements = host.judgements.map((_, job) =>
        findWorstJudgement(series.map((each) => each.judgements[job] ?? null)),
      );
      this.#addTo(host.host, value, judgements, series);
    }
  }

  #addTo(
    host: string,
    value: string | null,
    judgements: readonly (HostJudgement | null)[],
    judged: readonly JudgedFleetSeries[],
  ): void {
    const group = this.#groups.get(value) ?? this.#create(value);
    this.#groups.set(value, group);
    group.hostCount += 1;
    for (const [job, counter] of group.counters.entries()) counter.add(judgements[job] ?? null);
    group.worst = findWorstJudgement([group.worst, ...judgements]);
    group.worstCase = findSmallestWorstCase(group.worstCase, host, judged);
    for (const { figures } of judged) {
      if (figures.measured === null) continue;
      const { rotationInterval } = figures.measured;
      if (rotationInterval === null) continue;
      const { min, max } = rotationInterval;
      group.shortestInterval = Math.min(group.shortestInterval ?? min, min);
      group.longestInterval = Math.max(group.longestInterval ?? max, max);
    }
  }

  #create(value: string | null): GroupRecord {
    return {
      value,
      hostCount: 0,
      counters: Array.from({ length: this.#jobCount }, () => new HostCounter()),
      worst: null,
      worstCase: null,
      shortestInterval: null,
      longestInterval: null,
    };
  }

  /** The worst group first. */
  finish(): FleetGroups {
    const getSeverity = ({ worst, worstCase }: GroupRecord) =>
      worst ?? { verdict: null, spare: worstCase?.seconds ?? null };
    const groups = [...this.#groups.values()]
      .sort(
        (a, b) =>
          compareSeverity(getSeverity(a), getSeverity(b)) || compareText(a.value ?? '', b.value ?? ''),
      )
      .map(toGroup);
    return { by: this.#by, groups };
  }
}

function toGroup({ value, hostCount, counters, ...group }: GroupRecord): FleetGroup {
  const { worstCase, shortestInterval: min, longestInterval: max } = group;
  return {
    value,
    hostCount,
    jobs: counters.map(({ worst: { verdict }, counts }) => ({ verdict, hosts: counts })),
    verdict: findMostSevere(counters.map(({ worst }) => worst))?.verdict ?? null,
    isSafeSoFar: group.worst?.isSafeSoFar ?? false,
    worstCase,
    rotationInterval: min === null || max === null ? null : { min, max },
  };
}
