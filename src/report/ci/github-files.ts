import { formatInstant } from '../../domain/time/instant.ts';
import { type Assessment, findDecisiveJob, findJudgement } from '../../domain/verdict/assessment.ts';
import { findDecisiveSeries, findNewestCredentials } from '../../domain/verdict/judgements.ts';
import type { ReportContext } from '../context.ts';
import { TRUNCATED_MESSAGE } from '../messages/judgements.ts';
import { renderMarkdown } from './markdown.ts';

/** What GitHub Actions takes from files beside the commands: the page of a step, and values for the steps after it. */
export interface GithubFiles {
  summary: string;
  outputs: string;
}

export const renderGithubFiles = (assessment: Assessment, context: ReportContext): GithubFiles => ({
  summary: renderMarkdown(assessment, context),
  outputs: renderOutputs(assessment, context),
});

/** One `name=value` a line, all of the series that decided; empty where it is not known. No value can hold a line end. */
function renderOutputs(assessment: Assessment, { now }: ReportContext): string {
  const { verdict } = assessment;
  const job = findDecisiveJob(assessment);
  const series = findDecisiveSeries(assessment);
  const credentials = series && findNewestCredentials(series.analysis, now);
  // Of what was not watched enough the smallest that was seen is no answer: a step would take it for one.
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

/** As much as finds room, in whole lines; null where not even the word does that something is missing. */
export function truncateSummary(summary: string, bytes: number): string | null {
  const text = Buffer.from(summary);
  if (text.length <= bytes) return summary;
  const ending = `\n${TRUNCATED_MESSAGE}\n`;
  const room = bytes - Buffer.byteLength(ending);
  const end = room <= 0 ? -1 : text.lastIndexOf('\n', room - 1);
  return end < 0 ? null : `${text.subarray(0, end + 1)}${ending}`;
}
