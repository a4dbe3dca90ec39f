import type {
  AssessedFleet,
  FleetGroup,
  FleetJob,
  HostCounts,
  RoleOfSource,
} from '../../domain/fleet/assessed-fleet.ts';
import { getRoleKey } from '../../domain/series-key.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { computeSafeShare } from '../messages/fleet/fleet.ts';
import { createFamilyBuilder, type Labels, type MetricFamily } from '../metrics/families.ts';
import { renderFamilies } from '../metrics/prometheus.ts';
import type { FleetContext } from './fleet-context.ts';

/** Gauges of the whole fleet and of its groups. The gauges of each host come from the host. */
export const renderFleetPrometheus = (fleet: AssessedFleet, context: FleetContext): Promise<string[]> =>
  renderFamilies(listFamilies(fleet, context));

function* listFamilies(
  fleet: AssessedFleet,
  { version, nodeVersion }: FleetContext,
): Generator<MetricFamily<number>> {
  const build = createFamilyBuilder([fleet], () => ({}));
  yield build('fleet_hosts', ({ hosts }) => hosts.length);
  yield build('fleet_series', ({ seriesCount }) => seriesCount);
  yield build('fleet_worst_case_remaining_seconds', ({ worstCase }) => worstCase?.seconds);
  yield build('fleet_silent_hosts', ({ silentHosts }) => silentHosts.length);
  yield build('fleet_failing_hosts', ({ failingHosts }) => failingHosts.length);
  yield build('fleet_changed_roles', ({ changes }) => countRoles(changes));
  yield build('fleet_shrinking_roles', ({ trends }) => countRoles(trends));
  yield* listJobFamilies(fleet.jobs);
  if (fleet.groups !== null) yield* listGroupFamilies(fleet);
  const buildInfo = createFamilyBuilder([version], () => ({ version, node: nodeVersion }));
  yield buildInfo('build_info', () => 1);
}

const countRoles = (items: readonly RoleOfSource[]): number => new Set(items.map(getRoleKey)).size;

/** As the label of the metrics of single hosts. */
const buildJobLabels = ({ name, job }: FleetJob): Labels => ({
  job_name: escapeUnprintable(name ?? (job === null ? '' : formatFlagDuration(job.duration))),
});

function* listJobFamilies(jobs: readonly FleetJob[]): Generator<MetricFamily<number>> {
  const build = createFamilyBuilder(jobs, buildJobLabels);
  yield build('fleet_job_hosts', ({ hosts }) => listCounts(hosts));
  yield build('fleet_job_safe_hosts_ratio', ({ hosts }) => computeSafeShare(hosts));
  yield build('fleet_job_safe', ({ verdict }) => (verdict === 'unknown' ? null : Number(verdict === 'safe')));
  yield build('fleet_job_required_seconds', ({ job }) => job && job.duration + job.margin);
}

const listCounts = ({ safe, notSafe, unknown }: HostCounts) =>
  [
    [safe, { safety: 'safe' }],
    [notSafe, { safety: 'not-safe' }],
    [unknown, { safety: 'unknown' }],
  ] as const;

function* listGroupFamilies({ jobs, groups }: AssessedFleet): Generator<MetricFamily<number>> {
  if (groups === null) return;
  const group_by = groups.by.kind === 'tag' ? escapeUnprintable(groups.by.name) : groups.by.kind;
  // To Prometheus, an empty label equals a missing one.
  const buildLabels = ({ value }: FleetGroup): Labels => ({
    group_by,
    group: escapeUnprintable(value ?? ''),
  });
  const build = createFamilyBuilder(groups.groups, buildLabels);
  yield build('fleet_group_hosts', ({ hostCount }) => hostCount);
  yield build('fleet_group_worst_case_remaining_seconds', ({ worstCase }) => worstCase?.seconds);
  const ofJobs = groups.groups.flatMap((group) =>
    group.jobs.flatMap(({ hosts }, index) => {
      const job = jobs[index];
      return job === undefined ? [] : [{ hosts, labels: { ...buildLabels(group), ...buildJobLabels(job) } }];
    }),
  );
  const buildJob = createFamilyBuilder(ofJobs, ({ labels }) => labels);
  yield buildJob('fleet_group_job_hosts', ({ hosts }) => listCounts(hosts));
  yield buildJob('fleet_group_job_safe_hosts_ratio', ({ hosts }) => computeSafeShare(hosts));
}
