import type { Instant } from '../../domain/model.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import {
  type AssessedSeries,
  type Assessment,
  findDecisiveJob,
  findJudgement,
} from '../../domain/verdict/assessment.ts';
import { findDecisiveSeries, findNewestCredentials } from '../../domain/verdict/judgements.ts';
import type { ReportContext } from '../context.ts';
import { TRUNCATED_MESSAGE } from '../messages/judgements.ts';
import { renderMarkdown } from './markdown.ts';

/** Contents for the files of a GitHub Actions step. */
export interface GithubFiles {
  /** For `$GITHUB_STEP_SUMMARY`. */
  summary: string;
  /** For `$GITHUB_OUTPUT`. */
  outputs: string;
}

export const renderGithubFiles = (assessment: Assessment, context: ReportContext): GithubFiles => ({
  summary: renderMarkdown(assessment, context),
  outputs: renderOutputs(assessment, context),
});

/** One `name=value` per line, from the decisive series. Unknown values are empty. */
function renderOutputs(assessment: Assessment, { now }: ReportContext): string {
  const { verdict } = assessment;
  const job = findDecisiveJob(assessment);
  const series = findDecisiveSeries(assessment);
  const credentials = series && findCurrentCredentials(series, now);
  // With the verdict `unknown`, the smallest value so far would mislead a later step.
  const isKnown = verdict !== 'unknown';
  const outputs = {
    verdict,
    safe: verdict === null ? null : verdict === 'safe',
    'worst-case-seconds': isKnown ? series?.analysis.measurement?.worstCase.seconds : null,
    'spare-seconds': isKnown ? series && job && findJudgement(series, job)?.spare : null,
    'remaining-seconds': credentials?.remaining,
    expiration: credentials && formatInstant(credentials.expiration),
  };
  return Object.entries(outputs)
    .map(([name, value]) => `${name}=${value ?? ''}\n`)
    .join('');
}

/**
 * Null if the host no longer gets the newest known credentials: another series has replaced this one, or they have expired
 * since the newest sample, so that the source has other ones. A verdict `safe` is not about them.
 */
function findCurrentCredentials({ analysis, isRetired }: AssessedSeries, now: Instant) {
  const newest = isRetired ? null : findNewestCredentials(analysis, now);
  if (newest === null || newest.remaining >= 0) return newest;
  const wasServedExpired = (analysis.measurement?.lastSample ?? 0) >= newest.expiration;
  return wasServedExpired ? newest : null;
}

/** Cuts `summary` to whole lines and adds a note; null if even the note does not fit. */
export function truncateSummary(summary: string, maxBytes: number): string | null {
  const text = Buffer.from(summary);
  if (text.length <= maxBytes) return summary;
  const ending = `\n${TRUNCATED_MESSAGE}\n`;
  const freeBytes = maxBytes - Buffer.byteLength(ending);
  const end = freeBytes <= 0 ? -1 : text.lastIndexOf('\n', freeBytes - 1);
  return end < 0 ? null : `${text.subarray(0, end + 1)}${ending}`;
}
