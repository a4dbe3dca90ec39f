import { compareText, groupBy } from '../lists.ts';
import { type JobToJudge, prepareJob } from '../verdict/assessment.ts';
import type { EvidenceRules } from '../verdict/confidence.ts';
import { compareSeverity, findMostSevere } from '../verdict/figures/severity.ts';
import type { Freshness } from '../verdict/series-analysis.ts';
import { assessHost, findSmallestWorstCase, findWorstJudgement } from './assess-host.ts';
import type {
  AssessedFleet,
  AssessedHost,
  FailingHost,
  GroupBy,
  OldImport,
  SilentHost,
  SmallestWorstCase,
} from './assessed-fleet.ts';
import { findFailingHost } from './failing-hosts.ts';
import { GroupCollector, HostCounter } from './fleet-groups.ts';
import type { FleetHost, StoredFleet } from './fleet-host.ts';
import { RoleCollector } from './role-collector.ts';
import { findOldImport, findSilence } from './silent-hosts.ts';

export interface FleetOptions extends Freshness, EvidenceRules {
  jobs: readonly JobToJudge[];
  /** Judge retired series too, because the user selected these series. */
  judgeRetired: boolean;
  /** Leave out hosts without a series, because the user selected series. */
  needsSeries: boolean;
  /** Null: no groups. */
  groupBy: GroupBy | null;
}

/** Judges all hosts from the figures of their series. */
export function assessFleet(
  { hosts, series, unselected = [], deletedBefore = null }: StoredFleet,
  options: FleetOptions,
): AssessedFleet {
  const prepared = options.jobs.map((each) => prepareJob(each, options.now));
  const rules = { ...options, jobs: prepared.map(({ job }) => job) };
  const figures = groupBy([...series], ({ identity }) => identity.host);
  const others = groupBy(unselected, ({ identity }) => identity.host);
  const counters = prepared.map(() => new HostCounter());
  const roles = new RoleCollector();
  const groups = options.groupBy && new GroupCollector(options.groupBy, prepared.length);
  const assessedHosts: AssessedHost[] = [];
  const silentHosts: SilentHost[] = [];
  const failingHosts: FailingHost[] = [];
  const oldImports: OldImport[] = [];
  let worstCase: SmallestWorstCase | null = null;
  let [seriesCount, retiredCount] = [0, 0];
  for (const host of listHosts(hosts, figures.keys(), options.needsSeries)) {
    const own = figures.get(host.host) ?? [];
    const { assessed, judged, retired } = assessHost(host, own, others.get(host.host) ?? [], rules);
    seriesCount += own.length;
    retiredCount += retired;
    assessedHosts.push(assessed);
    for (const [index, counter] of counters.entries()) counter.add(assessed.judgements[index] ?? null);
    roles.add(host.host, judged, options.now);
    groups?.add(assessed, judged);
    worstCase = findSmallestWorstCase(worstCase, host.host, judged);
    const silence = findSilence(host, own, options, deletedBefore);
    if (silence !== null) silentHosts.push(silence);
    const failing = findFailingHost(host.host, own);
    if (failing !== null) failingHosts.push(failing);
    const lastSample = findOldImport(own, options);
    if (lastSample !== null) oldImports.push({ host: host.host, lastSample });
  }
  const verdict = findMostSevere(counters.map(({ worst }) => worst))?.verdict ?? null;
  return {
    jobs: prepared.map(({ toJudge: _, ...job }, index) => ({
      ...job,
      verdict: counters[index]?.worst.verdict ?? 'unknown',
      spare: counters[index]?.worst.spare ?? null,
      canStartAfterRotation: counters[index]?.canStartAfterRotation ?? false,
      hosts: counters[index]?.counts ?? { safe: 0, notSafe: 0, unknown: 0 },
      safeSoFarCount: counters[index]?.safeSoFarCount ?? 0,
      unknownReasons: counters[index]?.listReasons() ?? [],
    })),
    verdict,
    isSafeSoFar: verdict === 'safe' && counters.some(({ safeSoFarCount }) => safeSoFarCount > 0),
    hosts: assessedHosts.sort(compareHosts),
    seriesCount,
    retiredCount,
    worstCase,
    silentHosts: silentHosts.sort(
      (a, b) =>
        (a.lastSample ?? Number.NEGATIVE_INFINITY) - (b.lastSample ?? Number.NEGATIVE_INFINITY) ||
        compareText(a.host, b.host),
    ),
    failingHosts: failingHosts.sort((a, b) => compareText(a.host, b.host)),
    oldImports: oldImports.sort((a, b) => a.lastSample - b.lastSample || compareText(a.host, b.host)),
    changes: roles.listChanges(),
    trends: roles.listTrends(options.now),
    groups: groups?.finish() ?? null,
  };
}

function listHosts(
  known: readonly FleetHost[],
  withSeries: Iterable<string>,
  needsSeries: boolean,
): readonly FleetHost[] {
  const names = new Set(withSeries);
  const listed = needsSeries ? known.filter(({ host }) => names.has(host)) : known;
  for (const { host } of known) names.delete(host);
  return [...listed, ...Array.from(names, (host): FleetHost => ({ host, tags: {}, pushedAt: null }))];
}

/** The worst first. */
const compareHosts = (a: AssessedHost, b: AssessedHost) =>
  compareSeverity(getSeverity(a), getSeverity(b)) || compareText(a.host, b.host);

const getSeverity = ({ judgements, worstCase }: AssessedHost) =>
  findWorstJudgement(judgements) ?? { verdict: null, spare: worstCase };
