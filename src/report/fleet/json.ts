import type {
  AssessedFleet,
  AssessedHost,
  FleetGroups,
  HostCounts,
  RoleChange,
  RoleTrend,
  SilentHost,
  SmallestWorstCase,
} from '../../domain/fleet/assessed-fleet.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { Job } from '../../domain/verdict/job-verdict.ts';
import { toJson } from '../../untrusted-text.ts';
import { buildIdentityJson, buildRangeJson, buildReplacementJson } from '../json-fields.ts';
import { computeSafeShare } from '../messages/fleet/fleet.ts';
import { formatNullableInstant } from '../text/format-values.ts';
import { joinPieces } from '../text/pieces.ts';
import type { FleetContext } from './fleet-context.ts';

const FLEET_SCHEMA_VERSION = 1;

/** All hosts, the worst first. Names in `snake_case` with the unit last, instants in ISO 8601 with `Z`. */
export const renderFleetJson = (fleet: AssessedFleet, context: FleetContext): Iterable<string> =>
  joinPieces(listParts(fleet, context));

function* listParts(fleet: AssessedFleet, { now, isPeriodOfStoredValues }: FleetContext): Generator<string> {
  const document = {
    schema_version: FLEET_SCHEMA_VERSION,
    generated_at: formatInstant(now),
    verdict: fleet.verdict,
    jobs: fleet.jobs.map(({ name, job, verdict, hosts, unknownReasons }) => ({
      name,
      verdict,
      ...buildJobJson(job),
      hosts: buildCountsJson(hosts),
      unknown_reasons: unknownReasons.map(({ code, hostCount }) => ({ code, host_count: hostCount })),
    })),
    host_count: fleet.hosts.length,
    series_count: fleet.seriesCount,
    retired_series_count: fleet.retiredCount,
    worst_case: fleet.worstCase && buildWorstCaseJson(fleet.worstCase),
    from_stored_values_of_period: isPeriodOfStoredValues,
    silent_hosts: fleet.silentHosts.map(buildSilentJson),
    failing_hosts: fleet.failingHosts.map(({ host, source, reason, lastAt }) => ({
      host,
      source,
      reason,
      last_at: formatInstant(lastAt),
    })),
    imported_only: {
      host_count: fleet.oldImports.length,
      newest_sample_at: formatNullableInstant(fleet.oldImports.at(-1)?.lastSample ?? null),
      hosts: fleet.oldImports.map(({ host }) => host),
    },
    changes: fleet.changes.map(buildChangeJson),
    trends: fleet.trends.map(buildTrendJson),
    groups: fleet.groups && buildGroupsJson(fleet.groups),
  };
  yield `${toJson(document, 2).slice(0, -'\n}'.length)},${LIST_START}`;
  for (const [index, host] of fleet.hosts.entries()) {
    const list = toJson({ hosts: [buildHostJson(host)] }, 2);
    yield `${index === 0 ? '' : ','}\n${list.slice(`{${LIST_START}\n`.length, -'\n  ]\n}'.length)}`;
  }
  yield fleet.hosts.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
}

const LIST_START = '\n  "hosts": [';

const buildWorstCaseJson = ({ seconds, host }: SmallestWorstCase) => ({ remaining_seconds: seconds, host });

const buildJobJson = (job: Job | null) => ({
  duration_seconds: job?.duration ?? null,
  margin_seconds: job?.margin ?? null,
  required_seconds: job && job.duration + job.margin,
});

const buildCountsJson = (hosts: HostCounts) => ({
  safe_count: hosts.safe,
  not_safe_count: hosts.notSafe,
  unknown_count: hosts.unknown,
  safe_share: computeSafeShare(hosts),
});

const buildSilentJson = ({ host, code, lastSample, age, pushedAt, deletedBefore }: SilentHost) => ({
  host,
  code,
  newest_sample_at: formatNullableInstant(lastSample),
  newest_sample_age_seconds: age,
  pushed_at: formatNullableInstant(pushedAt),
  samples_deleted_before: formatNullableInstant(deletedBefore),
});

const buildChangeJson = ({ source, role, figure, direction, ...change }: RoleChange) => ({
  source,
  role,
  figure,
  direction,
  host_count: change.hostCount,
  compared_host_count: change.comparedCount,
  usual_seconds: change.usual,
  changed_seconds: change.changed,
  example_host: change.example,
});

const buildTrendJson = ({ source, role, ...trend }: RoleTrend) => ({
  source,
  role,
  code: 'LEAD_TIMES_SHRINK',
  host_count: trend.hostCount,
  compared_host_count: trend.comparedCount,
  worst_host: trend.worstHost,
  shrinking_per_day_seconds: trend.shrinkingPerDay,
  worst_case_seconds: trend.worstCase,
  spare_used_up_at: formatNullableInstant(trend.spareUsedUpAt),
});

const buildGroupsJson = ({ by, groups }: FleetGroups) => ({
  by: by.kind,
  tag: by.kind === 'tag' ? by.name : null,
  groups: groups.map(({ value, hostCount, jobs, verdict, worstCase, rotationInterval }) => ({
    value,
    verdict,
    host_count: hostCount,
    jobs: jobs.map((each) => ({ verdict: each.verdict, hosts: buildCountsJson(each.hosts) })),
    worst_case: worstCase && buildWorstCaseJson(worstCase),
    rotation_interval: rotationInterval && buildRangeJson(rotationInterval),
  })),
});

const buildHostJson = ({ host, tags, pushedAt, lastSample, ...assessed }: AssessedHost) => ({
  host,
  tags,
  verdict: assessed.verdict,
  judgements: assessed.judgements.map(
    (each) =>
      each && {
        verdict: each.verdict,
        spare_seconds: each.spare,
        spare_used_up_at: formatNullableInstant(each.spareUsedUpAt),
        unknown_reasons: each.unknownReasons.map(({ code }) => code),
      },
  ),
  worst_case_seconds: assessed.worstCase,
  watched_share: assessed.watchedShare,
  short_history: assessed.isHistoryShort,
  worst_series: assessed.worstSeries && buildIdentityJson(assessed.worstSeries),
  replaced_by: assessed.replacedBy && buildReplacementJson(assessed.replacedBy),
  newest_sample_at: formatNullableInstant(lastSample),
  pushed_at: formatNullableInstant(pushedAt),
});
