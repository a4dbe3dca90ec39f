import { findDecisiveFleetJob, findWorstHostOfFleet } from '../../domain/fleet/assess-host.ts';
import type { AssessedFleet, FleetJob } from '../../domain/fleet/assessed-fleet.ts';
import type { Seconds } from '../../domain/model.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import {
  describeFleetJob,
  describeFleetWithoutJob,
  describeOthers,
  describeSilentCount,
  describeWorstHost,
} from '../messages/fleet/fleet.ts';
import { describeFailingHosts, listRetiredHosts } from '../messages/fleet/host-notes.ts';
import { formatNagiosLine } from '../text/nagios-line.ts';

/** Without a job, the state is OK, because a measurement alone is not a problem. */
export function renderFleetNagiosLine(fleet: AssessedFleet): string {
  const { verdict, silentHosts, failingHosts } = fleet;
  const job = findDecisiveFleetJob(fleet);
  const worst = findWorstHostOfFleet(fleet);
  const texts = [
    ...(job === null ? [describeFleetWithoutJob(fleet)] : [describeFleetJob(job), describeOthers(job)]),
    ...listRetiredHosts(fleet),
    ...(worst === null ? [] : [describeWorstHost(worst)]),
    ...(silentHosts.length === 0 ? [] : [describeSilentCount(silentHosts.length)]),
    ...(failingHosts.length === 0 ? [] : [describeFailingHosts(failingHosts)]),
  ];
  const safety = verdict === null ? 'safe' : toSafety(verdict);
  return formatNagiosLine(safety, texts.join('; '), formatData(fleet, job, worst?.host.worstCase ?? null));
}

/** @param worstCase of the host in the text */
const formatData = (
  { hosts, silentHosts, failingHosts }: AssessedFleet,
  job: FleetJob | null,
  worstCase: Seconds | null,
): string =>
  [
    `'hosts'=${hosts.length};;;0;`,
    ...(job === null
      ? []
      : [
          `'safe'=${job.hosts.safe};;;0;${hosts.length}`,
          `'not_safe'=${job.hosts.notSafe};;0;0;${hosts.length}`,
          `'unknown'=${job.hosts.unknown};0;;0;${hosts.length}`,
        ]),
    `'silent'=${silentHosts.length};;;0;`,
    `'failing'=${failingHosts.length};;;0;`,
    ...(worstCase === null ? [] : [`'worst_case'=${worstCase}s;;${formatRequired(job)};;`]),
  ].join(' ');

const formatRequired = (job: FleetJob | null): string =>
  job === null || job.job === null ? '' : `${job.job.duration + job.job.margin}:`;
