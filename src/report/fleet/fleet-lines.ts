import { findWorstHostOfFleet } from '../../domain/fleet/assess-host.ts';
import type { AssessedFleet } from '../../domain/fleet/assessed-fleet.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  adviseOnFleet,
  describeFleetJob,
  describeMoreSilent,
  describeOthers,
  describeSilence,
  describeSize,
  describeWorstCase,
  NO_FLEET_JOB_MESSAGE,
  NO_HOSTS_MESSAGE,
  PERIOD_MESSAGE,
} from '../messages/fleet/fleet.ts';
import {
  describeFailingHost,
  describeLittleWatched,
  describeMoreFailing,
  describeOldImports,
  listRetiredHosts,
} from '../messages/fleet/host-notes.ts';
import type { FleetContext, ShownHosts } from './fleet-context.ts';

export const describeHosts = ({ hosts, seriesCount, retiredCount }: AssessedFleet): string =>
  hosts.length === 0
    ? NO_HOSTS_MESSAGE
    : `${describeSize(hosts.length, seriesCount, retiredCount)}${describeLittleWatched(hosts)}`;

/** Hosts that are judged by old samples. */
export const listImportedLines = (
  { oldImports }: AssessedFleet,
  { times }: FleetContext,
  quote?: (host: string) => string,
): string[] => (oldImports.length === 0 ? [] : [describeOldImports(oldImports, times, quote)]);

/** Of the host that decides the verdict. */
export function listWorstCase(fleet: AssessedFleet): string[] {
  const worst = findWorstHostOfFleet(fleet);
  return worst === null ? [] : [describeWorstCase(worst)].filter((each) => each !== null);
}

/** What to do about the worst job. */
export function listFleetAdvice(fleet: AssessedFleet): string[] {
  const job = fleet.jobs.find(({ verdict }) => verdict === fleet.verdict);
  const worst = findWorstHostOfFleet(fleet);
  return job === undefined || worst === null ? [] : adviseOnFleet(job, worst);
}

/**
 * The first lines of Markdown and of the page: jobs, hosts, worst case and period.
 * @param quote for a sentence that can contain the name of a job
 * @param quoteHost for the name of a host in a sentence
 */
export const listSummaryLines = (
  fleet: AssessedFleet,
  context: FleetContext,
  quote: (sentence: string) => string = (sentence) => sentence,
  quoteHost?: (host: string) => string,
): string[] => [
  ...fleet.jobs.map((job) => `${quote(describeFleetJob(job))}; ${describeOthers(job)}`),
  ...(fleet.jobs.length === 0 ? [NO_FLEET_JOB_MESSAGE] : []),
  ...listRetiredHosts(fleet, quoteHost),
  fleet.hosts.length === 0 ? describeHosts(fleet) : `hosts: ${describeHosts(fleet)}`,
  ...listWorstCase(fleet).map((each) => `worst case: ${quote(each)}`),
  ...listImportedLines(fleet, context, quoteHost),
  ...(context.isPeriodOfStoredValues ? [PERIOD_MESSAGE] : []),
];

/** The hosts that have been silent for the longest time, and the number of the others. */
export const listSilentLines = (
  { silent, hiddenSilentCount }: ShownHosts,
  { times }: FleetContext,
  quote: (host: string) => string = escapeUnprintable,
): string[] => [
  ...silent.map((each) => `${quote(each.host)}: ${describeSilence(each, times)}`),
  ...(hiddenSilentCount === 0 ? [] : [describeMoreSilent(hiddenSilentCount)]),
];

/** The hosts whose newest poll failed, and the number of the others. */
export const listFailingLines = (
  { failing, hiddenFailingCount }: ShownHosts,
  { times }: FleetContext,
  quote: (host: string) => string = escapeUnprintable,
): string[] => [
  ...failing.map((each) => `${quote(each.host)}: ${describeFailingHost(each, times)}`),
  ...(hiddenFailingCount === 0 ? [] : [describeMoreFailing(hiddenFailingCount)]),
];
