import type { JobRun, Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import {
  findJudgedSeries,
  listSeriesJudgements,
  type SeriesJudgement,
  toSafety,
} from '../../domain/verdict/judgements.ts';
import type { ReportContext } from '../context.ts';
import { describeFinding } from '../messages/findings.ts';
import { describeNotJudgedReason, NO_JOB_MESSAGE, NO_SERIES_MESSAGE } from '../messages/judgements.ts';
import { describeEvidence, describeVerdict, formatVerdict, listAdvice } from '../messages/verdicts.ts';
import { buildPlainJobRunRows } from '../table/job-run-rows.ts';
import type { LabelledRow } from '../table/layout.ts';
import { buildPlainSeriesRows } from '../table/series-rows.ts';
import { formatJob, formatSeriesName, formatShare } from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';

const SAFETY_SYMBOLS = { safe: '✅', 'not-safe': '❌', unknown: '❔' } as const;

/** For issues and pull requests: CommonMark, plus the tables of GitHub's dialect. */
export function renderMarkdown(assessment: Assessment, context: ReportContext): string {
  const { series, jobs, verdict } = assessment;
  const headline = verdict === null ? 'measurements' : formatVerdictWithSymbol(verdict);
  const runs = jobs.flatMap((job) => buildPlainJobRunRows(quoteNames(job)).map(formatRunRow));
  return `${[
    `## cred-watch: ${headline}`,
    jobs.length === 0 ? NO_JOB_MESSAGE : renderVerdictTable(assessment),
    ...(series.length === 0 ? [NO_SERIES_MESSAGE] : []),
    ...(runs.length === 0 ? [] : [runs.join('\n')]),
    ...series.flatMap((each) => renderSection(each, assessment, context)),
  ].join('\n\n')}\n`;
}

/** The first row of a job has its name. */
const formatRunRow = ([label, value]: LabelledRow) =>
  label === 'job' ? `- ${value}` : `  - ${label}: ${value}`;

const formatVerdictWithSymbol = (verdict: Verdict) =>
  `${SAFETY_SYMBOLS[toSafety(verdict)]} ${formatVerdict(verdict)}`;

/**
 * Shows an untrusted name as inline code, where links, mentions and issue references have no effect.
 * Characters that could end the code or the table cell are escaped, and `<`, because some readers see a tag
 * there.
 */
function quoteName(text: string): string {
  const escaped = escapeUnprintable(text).replace(
    /[`|<]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
  // Two backticks without text between them would start another kind of code.
  return escaped === '' ? '' : `\`${escaped}\``;
}

const quoteSeriesName = ({ analysis }: AssessedSeries) => quoteName(formatSeriesName(analysis.identity));

const quoteJobName = (job: AssessedJob) => formatJob(quoteNames(job));

const formatTableRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** One row per job and judging series. A job without a judgement has one row, too. */
function renderVerdictTable(assessment: Assessment): string {
  const rows = assessment.jobs.flatMap((job) => {
    const judged = findJudgedSeries(job, assessment).map(({ series, judgement }) => [
      quoteJobName(job),
      quoteSeriesName(series),
      ...formatJudgementCells(judgement, series),
    ]);
    return judged.length > 0
      ? judged
      : [[quoteJobName(job), '', formatVerdictWithSymbol(job.verdict), '', '', '', '']];
  });
  const head = ['job', 'series', 'verdict', 'required', 'worst case', 'spare', 'safe starts'];
  const alignment = ['---', '---', '---', '---:', '---:', '---:', '---:'];
  return [head, alignment, ...rows].map(formatTableRow).join('\n');
}

const formatJudgementCells = (judgement: JobJudgement, { analysis }: AssessedSeries): string[] => [
  formatVerdictWithSymbol(judgement.verdict),
  duration(judgement.required),
  formatNullableDuration(analysis.measurement?.worstCase.seconds ?? null),
  formatNullableDuration(judgement.spare),
  judgement.shareOfSafeStarts === null ? '' : formatShare(judgement.shareOfSafeStarts),
];

const formatNullableDuration = (seconds: Seconds | null) => (seconds === null ? '' : duration(seconds));

function renderSection(series: AssessedSeries, assessment: Assessment, context: ReportContext): string[] {
  const { analysis, isRetired } = series;
  const { findings, measurement } = analysis;
  const judgements = listSeriesJudgements(series, assessment).map(formatJudgementLines);
  const values = buildPlainSeriesRows(analysis, context).map(formatTableRow);
  return [
    `### ${quoteSeriesName(series)}${isRetired ? ' (retired)' : ''}`,
    ...(judgements.length === 0 ? [] : [judgements.flat().join('\n')]),
    [formatTableRow(['measured', '']), formatTableRow(['---', '---']), ...values].join('\n'),
    ...(findings.length === 0 ? [] : [findings.map((each) => `- ${formatFinding(each)}`).join('\n')]),
    ...(measurement === null ? [] : [`**evidence:** ${describeEvidence(measurement)}`]),
  ];
}

const formatFinding = (finding: Finding) =>
  finding.severity === 'problem' ? `**problem:** ${describeFinding(finding)}` : describeFinding(finding);

function formatJudgementLines({ series, job, judgement, notJudgedReason }: SeriesJudgement): string[] {
  if (judgement === null) return [`- ${quoteJobName(job)}: ${describeNotJudgedReason(notJudgedReason)}`];
  return [
    `- ${SAFETY_SYMBOLS[toSafety(judgement.verdict)]} ${describeVerdict(judgement)}`,
    ...listAdvice(judgement, series.analysis.measurement).map((each) => `  - ${each}`),
  ];
}

/** The messages about runs insert names unchanged, so the names are quoted before. */
function quoteNames(job: AssessedJob): AssessedJob {
  const { runs } = job;
  const quoteHost = <Run extends JobRun>(run: Run): Run => ({
    ...run,
    identity: { ...run.identity, host: quoteName(run.identity.host) },
  });
  return {
    ...job,
    name: job.name === null ? null : quoteName(job.name),
    runs: runs && {
      ...runs,
      finished: runs.finished && {
        ...runs.finished,
        longest: quoteHost(runs.finished.longest),
        leastRemainingRun: quoteHost(runs.finished.leastRemainingRun),
      },
      running: runs.running && { ...runs.running, run: quoteHost(runs.running.run) },
    },
  };
}
