import type { Instant, Seconds, SeriesHistory } from '../../../src/domain/model.ts';
import {
  type Assessment,
  type AssessmentOptions,
  assess,
  type JobToJudge,
} from '../../../src/domain/verdict/assessment.ts';
import { SHOW_ALL_SERIES } from '../../../src/domain/verdict/shown-series.ts';
import type { ReportContext } from '../../../src/report/context.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';

const MARGIN: Seconds = 300;

export const wantedJob = (duration: Seconds | null, more: Partial<JobToJudge> = {}): JobToJudge => ({
  name: null,
  duration,
  margin: MARGIN,
  runs: [],
  ...more,
});

/** With the options of a report without flags. */
export const judgedAt = (
  now: Instant,
  histories: readonly SeriesHistory[],
  jobs: readonly JobToJudge[],
  more: Partial<AssessmentOptions> = {},
): Assessment =>
  assess(histories, {
    now,
    maxAge: 'default',
    jobs,
    confidence: null,
    minWatched: null,
    judgeRetired: false,
    ...more,
  });

/** For a terminal without colours, with no time selected. */
export const contextAt = (
  now: Instant,
  allTime: Assessment,
  more: Partial<ReportContext> = {},
): ReportContext => ({
  now,
  times: UTC_TIMES,
  margin: MARGIN,
  version: '0.0.0',
  width: 100,
  hasColour: false,
  isAsciiOnly: false,
  seriesLimits: SHOW_ALL_SERIES,
  assessAllTime: () => allTime,
  ...more,
});
