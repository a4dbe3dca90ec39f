import type { Instant } from '../../domain/model.ts';
import { isServable, type ServedRoleFacts } from '../../domain/serving/served-role-facts.ts';
import { createFamilyBuilder, type MetricFamily } from './families.ts';
import { renderFamilies } from './prometheus.ts';

/** The state of the roles that `serve` serves, which the database does not contain. */
export function renderServedMetrics(roles: readonly ServedRoleFacts[], now: Instant): Promise<string> {
  const build = createFamilyBuilder(roles, ({ name }) => ({ role_name: name }));
  const families: MetricFamily<number>[] = [
    build('served_credentials_valid', (facts) => Number(isServable(facts, now))),
    build('served_expiration_timestamp_seconds', ({ key }) => key?.expiration),
    build('served_next_refresh_timestamp_seconds', ({ nextRefreshAt }) => nextRefreshAt),
    build('served_failed_refreshes', ({ failureCount }) => failureCount),
  ];
  return renderFamilies(families).then((pieces) => pieces.join(''));
}
