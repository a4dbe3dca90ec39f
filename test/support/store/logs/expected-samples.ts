import type { Sample } from '../../../../src/domain/model.ts';
import type { LoggedPoll } from './history.ts';

/** What a form of logs leaves out or adds. */
interface Form {
  isUndated?: boolean;
  hasNoKeyIds?: boolean;
  clockOffset?: number;
}

/** The samples that a log of these polls gives. */
export const expectSamples = (
  polls: readonly LoggedPoll[],
  { isUndated, hasNoKeyIds, clockOffset }: Form,
): Sample[] =>
  polls.map(({ at, accessKeyId, lastUpdated, expiration }) => ({
    accessKeyId: hasNoKeyIds ? '' : accessKeyId,
    lastUpdated: isUndated ? null : lastUpdated,
    expiration,
    zoneless: false,
    observedAt: at + (clockOffset ?? 0) * 1000,
    clockOffset: clockOffset ?? null,
  }));

export const byTime = (a: Pick<Sample, 'observedAt'>, b: Pick<Sample, 'observedAt'>): number =>
  a.observedAt - b.observedAt;
