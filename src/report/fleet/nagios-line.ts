import type { AssessedFleet, FleetJob } from '../../domain/fleet/assessed-fleet.ts';
import { toSafety } from '../../domain/verdict/judgements.ts';
import {
  describeFleetJob,
  describeFleetWithoutJob,
  describeOthers,
  describeSilentCount,
  describeWorstHost,
} from '../messages/fleet/fleet.ts';
import { formatNagiosLine } from '../text/nagios-line.ts';

/** Without a job, the state is OK, because a measurement alone is not a problem. */
export function renderFleetNagiosLine(fleet: AssessedFleet): string {
  const { verdict, jobs, silentHosts } = fleet;
  const index = jobs.findIndex((job) => job.verdict === verdict);
  const job = jobs[index] ?? null;
  const [host] = fleet.hosts;
  const texts = [
    ...(job === null ? [describeFleetWithoutJob(fleet)] : [describeFleetJob(job), describeOthers(job)]),
    ...(host === undefined ? [] : [describeWorstHost(host, host.judgements[index]?.spare ?? null)]),
    ...(silentHosts.length === 0 ? [] : [describeSilentCount(silentHosts.length)]),
  ];
  const safety = verdict === null ? 'safe' : toSafety(verdict);
  return formatNagiosLine(safety, texts.join('; '), formatData(fleet, job));
}

const formatData = ({ hosts, worstCase, silentHosts }: AssessedFleet, job: FleetJob | null): string =>
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
    ...(worstCase === null ? [] : [`'worst_case'=${worstCase}s;;${formatRequired(job)};;`]),
  ].join(' ');

const formatRequired = (job: FleetJob | null): string =>
  job === null || job.job === null ? '' : `${job.job.duration + job.job.margin}:`;
