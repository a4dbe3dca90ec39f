import { minBy } from '../measurement/statistics.ts';
import { chooseConfigured } from '../verdict/figures/choose-series.ts';
import type { FailingHost } from './assessed-fleet.ts';
import type { SeriesFigures } from './series-figures.ts';

/**
 * The newest failure of a host's sources. A source that is not configured counts only if no other source is.
 * Null if the newest poll of each source succeeded.
 */
export function findFailingHost(host: string, figures: readonly SeriesFigures[]): FailingHost | null {
  const failures = chooseConfigured(figures).flatMap(({ identity, failure }) =>
    failure === null ? [] : { host, source: identity.source, ...failure },
  );
  return minBy(failures, ({ lastAt }) => -lastAt);
}
