import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import {
  findJudgedSeries,
  getStatedSpare,
  listSeriesJudgements,
  rankDecisiveSeries,
  type SeriesJudgement,
} from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import type { ReportContext } from '../context.ts';
import { renderKnowledgeMarkdown } from '../general-knowledge/markdown.ts';
import { describeEvidence } from '../messages/evidence.ts';
import { describeFinding } from '../messages/findings.ts';
import { describeRetired, RETIRED_SUFFIX } from '../messages/headline/retired.ts';
import { areSafeSoFar } from '../messages/headline/several.ts';
import { describeNoSeries, describeNotJudgedReason, NO_JOB_MESSAGE } from '../messages/judgements.ts';
import { formatSafeStarts, formatWorstCase } from '../messages/measurements.ts';
import { listCurrentAdvice } from '../messages/polling/failing-polls.ts';
import { describeHiddenSeries } from '../messages/shown-series.ts';
import {
  describeSeriesVerdict,
  formatSeriesState,
  formatSharedVerdict,
  formatVerdict,
  SAFE_SO_FAR,
} from '../messages/verdicts.ts';
import { listJobRunRows } from '../rows/job-run-rows.ts';
import { chooseReadableSeries, MAX_SERIES_IN_TEXT } from '../rows/readable-series.ts';
import { formatRow, type Row } from '../rows/row.ts';
import { listSeriesRows } from '../rows/series-rows.ts';
import { formatJob, formatSeriesName } from '../text/format-values.ts';

const SAFETY_SYMBOLS = { safe: '✅', 'not-safe': '❌', unknown: '❔' } as const;

/** For issues and pull requests: CommonMark, plus the tables of GitHub's dialect. */
export function renderMarkdown(assessment: Assessment, context: ReportContext): string {
  const { series, jobs, verdict } = assessment;
  const { times } = context;
  const chosen = chooseReadableSeries(assessment, context.seriesLimits, MAX_SERIES_IN_TEXT);
  const visible = { ...assessment, series: chosen.shown };
  const judged = jobs.flatMap((job) => findJudgedSeries(job, assessment));
  const decisive = jobs.flatMap((job) =>
    verdict !== null && toSafety(job.verdict) === toSafety(verdict)
      ? rankDecisiveSeries(job, assessment).map(({ judgement }) => judgement.verdict)
      : [],
  );
  const headline =
    verdict === null
      ? 'measurements'
      : `${getVerdictSymbol(verdict)} ${verdict === 'safe' && areSafeSoFar(judged) ? SAFE_SO_FAR : formatSharedVerdict(verdict, decisive)}`;
  const runs = jobs.flatMap((job) => listJobRunRows(job, { formatName: quoteName, times }).map(formatRunRow));
  return `${[
    `## cred-watch: ${headline}`,
    jobs.length === 0 ? NO_JOB_MESSAGE : renderVerdictTable(visible),
    ...(series.length === 0 ? [describeNoSeries(context)] : []),
    ...(runs.length === 0 ? [] : [runs.join('\n')]),
    ...visible.series.flatMap((each) => renderSection(each, visible, context)),
    ...describeHiddenSeries(chosen, times),
    ...renderKnowledgeMarkdown(context.generalKnowledge ?? []),
  ].join('\n\n')}\n`;
}

/** The first row of a job has its name. */
const formatRunRow = (row: Row) =>
  row[0] === 'job' ? `- ${formatRow(row)}` : `  - ${row[0]}: ${formatRow(row)}`;

export const getVerdictSymbol = (verdict: Verdict) => SAFETY_SYMBOLS[toSafety(verdict)];

/** @param isSafeSoFar a safe verdict comes from little history */
export const formatVerdictWithSymbol = (verdict: Verdict, isSafeSoFar = false) =>
  `${getVerdictSymbol(verdict)} ${verdict === 'safe' && isSafeSoFar ? SAFE_SO_FAR : formatVerdict(verdict)}`;

/**
 * Shows an untrusted name as inline code, where links, mentions and issue references have no effect.
 * Characters that could end the code or the table cell are escaped, and `<`, because some readers see a tag
 * there.
 */
export function quoteName(text: string): string {
  const escaped = escapeUnprintable(text).replace(
    /[`|<]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
  // Two backticks without text between them would start another kind of code.
  return escaped === '' ? '' : `\`${escaped}\``;
}

const quoteSeriesName = ({ analysis }: AssessedSeries) => quoteName(formatSeriesName(analysis.identity));

const quoteJobName = ({ name, job }: AssessedJob) =>
  formatJob({ name: name === null ? null : quoteName(name), job });

export const formatTableRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** One row per job and judging series. A job without a judgement has one row, too. */
function renderVerdictTable(assessment: Assessment): string {
  const rows = assessment.jobs.flatMap((job) => {
    const judged = findJudgedSeries(job, assessment).map(({ series, judgement }) => [
      quoteJobName(job),
      `${quoteSeriesName(series)}${series.isRetired ? RETIRED_SUFFIX : ''}`,
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

/** A spare or a share of too little history would look like a verdict. */
const formatJudgementCells = (judgement: JobJudgement, { analysis }: AssessedSeries): string[] => [
  `${getVerdictSymbol(judgement.verdict)} ${formatSeriesState(judgement, analysis)}`,
  duration(judgement.required),
  analysis.measurement === null ? '' : formatWorstCase(analysis.measurement),
  formatNullableDuration(getStatedSpare(judgement)),
  formatSafeStarts(judgement, analysis.measurement),
];

const formatNullableDuration = (seconds: Seconds | null) => (seconds === null ? '' : duration(seconds));

function renderSection(series: AssessedSeries, assessment: Assessment, context: ReportContext): string[] {
  const { analysis } = series;
  const { findings, measurement } = analysis;
  const judgements = listSeriesJudgements(series, assessment).map((each) =>
    formatJudgementLines(each, context),
  );
  const rows = listSeriesRows(analysis, context.margin, context.times);
  const retired = describeRetired(series, context.times, quoteName);
  return [
    `### ${quoteSeriesName(series)}${retired === null ? '' : ` (${retired})`}`,
    ...(judgements.length === 0 ? [] : [judgements.flat().join('\n')]),
    [['measured', ''], ['---', '---'], ...rows.map((row) => [row[0], formatRow(row)])]
      .map(formatTableRow)
      .join('\n'),
    ...(findings.length === 0
      ? []
      : [findings.map((each) => `- ${formatFinding(each, series.judgements, context)}`).join('\n')]),
    ...(measurement === null ? [] : [`**evidence:** ${describeEvidence(measurement, series.judgements)}`]),
  ];
}

const formatFinding = (finding: Finding, judgements: readonly JobJudgement[], { times }: ReportContext) =>
  `${finding.severity === 'problem' ? '**problem:** ' : ''}${describeFinding(finding, judgements, times)}`;

function formatJudgementLines(
  { series, job, judgement, notJudgedReason }: SeriesJudgement,
  { times }: ReportContext,
): string[] {
  if (judgement === null) return [`- ${quoteJobName(job)}: ${describeNotJudgedReason(notJudgedReason)}`];
  return [
    `- ${SAFETY_SYMBOLS[toSafety(judgement.verdict)]} ${describeSeriesVerdict(judgement, series.analysis)}`,
    ...listCurrentAdvice(judgement, series, times).map((each) => `  - ${each}`),
  ];
}
