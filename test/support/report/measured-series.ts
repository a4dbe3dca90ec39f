import type {
  FailedPollCount,
  RecordedGeneration,
  SeriesHistory,
  SeriesIdentity,
  Span,
} from '../../../src/domain/model.ts';
import type { Assessment, JobToJudge } from '../../../src/domain/verdict/assessment.ts';
import type { ReportContext } from '../../../src/report/context.ts';
import { contextAt, judgedAt, wantedJob } from './judged-at.ts';

const MINUTE = 60_000;
export const START = Date.UTC(2026, 2, 1);

interface MeasuredOptions {
  identity?: Partial<SeriesIdentity>;
  /** The number of generations. A generation starts every hour. */
  generations?: number;
  /** Indexes of generations without samples. */
  unseen?: readonly number[];
  /** The credentials have a `LastUpdated`. */
  dated?: boolean;
  failedPolls?: FailedPollCount[];
  failedPollSpans?: Span[];
}

/**
 * A made-up history polled every five minutes. A generation starts every hour and is valid for 6 h to 6 h 30
 * min, so lead times are about 5 h.
 */
export function measured(options: MeasuredOptions = {}): SeriesHistory {
  const {
    generations: count = 12,
    unseen = [],
    dated = true,
    failedPolls = [],
    failedPollSpans = [],
  } = options;
  const generations = Array.from({ length: count }, (_, index): RecordedGeneration => {
    const issued = START + index * 60 * MINUTE;
    const expiration = issued + (360 + ((index * 7) % 30)) * MINUTE;
    return {
      accessKeyId: `ASIATESTS${String(index).padStart(11, '0')}`,
      lastUpdated: dated ? issued : null,
      expiration,
      latestExpiration: expiration,
      zoneless: false,
      firstSeen: issued + 3 * MINUTE,
      lastSeen: issued + 58 * MINUTE,
      rawFirstSeen: issued + 3 * MINUTE,
      rawLastSeen: issued + 58 * MINUTE,
      samples: 12,
      smallestClockOffset: 0,
      largestClockOffset: 0,
      rawAheadMs: dated ? -3 * MINUTE : null,
      correctedAheadMs: dated ? -3 * MINUTE : null,
      isLastUpdatedVarying: false,
      thirdLaterSample: null,
    };
  });
  return {
    identity: { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app', ...options.identity },
    isPolled: true,
    generations: generations.filter((_, index) => !unseen.includes(index)),
    failedPolls,
    failedPollSpans,
    newestClockOffset: null,
    session: null,
  };
}

export const job = (hours: number, name: string | null = null): JobToJudge =>
  wantedJob(hours * 3600, { name });

/** Assessed half an hour after the last sample. */
export function assessed(
  histories: readonly SeriesHistory[],
  jobs: readonly JobToJudge[] = [],
  more: Partial<ReportContext> = {},
): { assessment: Assessment; context: ReportContext } {
  const newest = Math.max(
    START,
    ...histories.map(({ generations }) => generations.at(-1)?.lastSeen ?? START),
  );
  const now = newest + 30 * MINUTE;
  const assessment = judgedAt(now, histories, jobs);
  return { assessment, context: contextAt(now, assessment, more) };
}

/** Host and role names that try to break the HTML page. */
export const HOSTILE_NAMES = [
  '<script>window.pwned=1;alert(1)</script>',
  '"><img src=x onerror=window.pwned=2>',
  "' onfocus='window.pwned=3' autofocus='",
  '</script><script>window.pwned=4</script>',
  '<!--<script>',
  ']]>-->',
  'a\nb\r\t%0A`|`&amp;$(pwned)',
  '\u202egnp.exe\u2028\u001b[31m\u0000',
  'very-long-name-'.repeat(20),
] as const;
