import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import type { Sample, SeriesHistory, SeriesIdentity } from '../../../src/domain/model.ts';

/** The stored history of a polled series without failed polls. */
export const createHistory = (
  samples: readonly Sample[],
  identity: SeriesIdentity,
  more: Partial<SeriesHistory> = {},
): SeriesHistory => ({
  identity,
  isPolled: true,
  generations: groupGenerations(samples),
  failedPolls: [],
  failedPollSpans: [],
  newestClockOffset: null,
  session: null,
  ...more,
});
