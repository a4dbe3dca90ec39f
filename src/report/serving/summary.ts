import type { TrafficSummary } from '../../domain/simulation-traffic.ts';
import { toJson } from '../../untrusted-text.ts';
import { buildTrafficJson, renderTrafficText } from '../simulation/traffic.ts';
import { formatNumber } from '../text/format-values.ts';

export interface RefreshCounts {
  refreshes: number;
  failures: number;
}

/** The summary at the end, as shell comments, because a shell may evaluate stdout. */
export async function formatSummaryText(
  traffic: TrafficSummary,
  { refreshes, failures }: RefreshCounts,
  isAsciiOnly: boolean,
): Promise<string> {
  const counts = `refreshes: ${formatNumber(refreshes)} succeeded, ${formatNumber(failures)} failed`;
  const text = `${counts}\n${await renderTrafficText(traffic, { hasFaults: false, isAsciiOnly })}`;
  return text.replace(/^(?=.)/gm, '# ');
}

export const formatSummaryJson = (traffic: TrafficSummary, { refreshes, failures }: RefreshCounts): string =>
  toJson({
    schema_version: 1,
    event: 'report',
    refresh_count: refreshes,
    failed_refresh_count: failures,
    ...buildTrafficJson(traffic),
  });
