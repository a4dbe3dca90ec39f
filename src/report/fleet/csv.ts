import type { AssessedFleet, AssessedHost } from '../../domain/fleet/assessed-fleet.ts';
import { getStatedSpare } from '../../domain/verdict/judgements.ts';
import { CSV_CAST, escapeUnprintable, toJson } from '../../untrusted-text.ts';
import { formatNullableInstant } from '../text/format-values.ts';

const COLUMNS = [
  'host',
  'job_name',
  'job_duration_seconds',
  'required_seconds',
  'verdict',
  'spare_seconds',
  'unknown_reasons',
  'worst_case_seconds',
  'watched_share',
  'short_history',
  'source',
  'api_version',
  'role',
  'retired',
  'newest_sample_at',
  'pushed_at',
  'silent',
  'poll_failure',
  'tags',
];

const HOSTS_PER_PIECE = 500;

/** One row per host and job, or one row per host without jobs. The worst host comes first. */
export async function renderFleetCsv(fleet: AssessedFleet): Promise<Iterable<string>> {
  const { stringify } = await import('csv-stringify/sync');
  const silent = new Map(fleet.silentHosts.map(({ host, code }) => [host, code]));
  const failing = new Map(fleet.failingHosts.map(({ host, reason }) => [host, reason]));
  const write = (rows: object[], header = false) =>
    stringify(rows, { header, columns: COLUMNS, cast: CSV_CAST });
  return (function* () {
    yield write([], true);
    const { hosts } = fleet;
    for (let start = 0; start < hosts.length; start += HOSTS_PER_PIECE)
      yield write(
        hosts.slice(start, start + HOSTS_PER_PIECE).flatMap((host) =>
          buildRows(host, fleet, {
            silent: silent.get(host.host) ?? '',
            poll_failure: failing.get(host.host) ?? '',
          }),
        ),
      );
  })();
}

function buildRows(host: AssessedHost, { jobs }: AssessedFleet, problems: object): object[] {
  const { worstSeries } = host;
  const fields = {
    host: escapeUnprintable(host.host),
    worst_case_seconds: host.worstCase,
    watched_share: host.watchedShare,
    short_history: host.isHistoryShort,
    source: worstSeries?.source,
    api_version: escapeUnprintable(worstSeries?.apiVersion ?? ''),
    role: escapeUnprintable(worstSeries?.role ?? ''),
    retired: worstSeries && host.replacedBy !== null,
    newest_sample_at: formatNullableInstant(host.lastSample),
    pushed_at: formatNullableInstant(host.pushedAt),
    ...problems,
    tags: Object.keys(host.tags).length === 0 ? '' : escapeUnprintable(toJson(host.tags)),
  };
  if (jobs.length === 0) return [fields];
  return jobs.map(({ name, job }, index) => {
    const judgement = host.judgements[index] ?? null;
    return {
      ...fields,
      job_name: escapeUnprintable(name ?? ''),
      job_duration_seconds: job?.duration,
      required_seconds: judgement?.required,
      verdict: judgement?.verdict ?? 'unknown',
      spare_seconds: judgement && getStatedSpare(judgement),
      unknown_reasons: judgement?.unknownReasons.map(({ code }) => code).join(' '),
    };
  });
}
