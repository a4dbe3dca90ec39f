import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import { findSeriesWithJudgement, rankDecisiveSeries, safetyOf } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { describeFinding } from '../messages/findings.ts';
import { describeDecisiveSeries, RETIRED_MESSAGE } from '../messages/judgements.ts';
import { describeEvidence, describeVerdict, formatVerdict, listAdvice } from '../messages/verdicts.ts';
import { formatJob, formatSeriesName, formatShare } from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import { renderChart } from './chart/chart.ts';
import { createPalette, type Palette, paintBySafety } from './colour.ts';
import { buildJobRunRows } from './job-run-rows.ts';
import { clampWidth, type LabelledRow, layOutBlocks, layOutColumns } from './layout.ts';
import { buildSeriesRows } from './series-rows.ts';

/** The report for a person: the verdict first, then what it rests on, one section a series. */
export function renderTable(assessment: Assessment, context: ReportContext): string {
  const colours = createPalette(context.hasColour);
  const width = clampWidth(context.width);
  // The runs of a job stand under the verdict on it: that of the one series, or that of several.
  const isTold = (job: AssessedJob) => findSeriesWithJudgement(job, assessment).length === 1;
  const headlines = assessment.jobs
    .filter((job) => !isTold(job))
    .map((job) =>
      [
        layOutColumns([[renderHeadline(job, assessment, context, colours)]], [width]),
        ...layOutBlocks([buildJobRunRows(job, context, colours)], width),
        ...overview(job, assessment, { ...context, width }, colours),
      ].join('\n\n'),
    );
  const told = assessment.jobs.filter(isTold);
  const charted = assessment.series.filter((each) => isCharted(each, assessment));
  const sections = assessment.series.map((each) =>
    renderSection(each, told, charted, { ...context, width }, colours),
  );
  return `${[...headlines, ...sections].join('\n\n\n')}\n`;
}

/** With several series, which of them decided; with several jobs, which job it is about. */
function renderHeadline(
  job: AssessedJob,
  assessment: Assessment,
  context: ReportContext,
  colours: Palette,
): string {
  const judged = findSeriesWithJudgement(job, assessment).length;
  const decided = rankDecisiveSeries(job, assessment);
  const names = decided.map(({ series }) => formatSeriesName(series.analysis.identity, context));
  const kinds = new Set(decided.map(({ judgement }) => judgement.verdict));
  const atWorst = kinds.size > 1 ? ' at worst' : '';
  const of = judged === 0 ? '' : `${atWorst} (${describeDecisiveSeries(names, judged)})`;
  const about = assessment.jobs.length === 1 ? '' : `${formatJob(job)}: `;
  return paintVerdict(job.verdict, `${about}${formatVerdict(job.verdict)}${of}`, colours);
}

/** What stands beside the name of a series: its verdict, worst case and share of safe starts. */
const [SPACE, VERDICT, FIGURE] = [2, 32, 13];
const SHORTEST_NAME = 16;

/** Several series beside each other, before each has its own section. */
function overview(
  job: AssessedJob,
  assessment: Assessment,
  context: ReportContext,
  colours: Palette,
): string[] {
  const judged = findSeriesWithJudgement(job, assessment);
  if (judged.length < 2) return [];
  const rows = judged.map(({ series, judgement }) => [
    '',
    formatSeriesName(series.analysis.identity, context),
    '',
    paintVerdict(judgement.verdict, formatVerdict(judgement.verdict), colours),
    series.analysis.measurement === null ? '' : duration(series.analysis.measurement.worstCase.seconds),
    judgement.shareOfSafeStarts === null ? '' : formatShare(judgement.shareOfSafeStarts),
  ]);
  const head = ['', 'series', '', 'verdict', 'worst case', 'safe starts'].map(colours.dim);
  const rest = context.width - 2 * SPACE - VERDICT;
  // Where there is no room for both, names say more than figures that each section has.
  const figures = rest - 2 * FIGURE < SHORTEST_NAME ? [] : [FIGURE, FIGURE];
  const widths = [SPACE, rest - figures.length * FIGURE, SPACE, VERDICT, ...figures];
  return [
    layOutColumns(
      [head, ...rows].map((row) => row.slice(0, widths.length)),
      widths,
    ),
  ];
}

const paintVerdict = (verdict: Verdict, text: string, colours: Palette) =>
  paintBySafety(safetyOf(verdict), text, colours);

/** Rows for the curve: several charts share a screen. */
const [ROWS_ALONE, ROWS_AMONG_OTHERS] = [8, 4];

/** Where jobs are judged, only what they are judged by; else whatever is still handed out. */
const isCharted = ({ isRetired, judgements }: AssessedSeries, { jobs }: Assessment) =>
  jobs.length === 0 ? !isRetired : judgements.length > 0;

function renderSection(
  series: AssessedSeries,
  toldHere: readonly AssessedJob[],
  charted: readonly AssessedSeries[],
  context: ReportContext,
  colours: Palette,
): string {
  const { analysis, judgements, isRetired } = series;
  const { width, isAsciiOnly: ascii } = context;
  const title = `${formatSeriesName(analysis.identity, context)}${isRetired ? ` (${RETIRED_MESSAGE})` : ''}`;
  const above: LabelledRow[][] = [];
  for (const verdict of judgements) {
    above.push(verdictRows(verdict, analysis, judgements.length > 1, colours));
    above.push(
      ...toldHere
        .filter(({ job }) => job === verdict.job)
        .map((job) => buildJobRunRows(job, context, colours)),
    );
  }
  above.push(buildSeriesRows(analysis, context, colours));
  const rows = charted.length === 1 ? ROWS_ALONE : ROWS_AMONG_OTHERS;
  const required = judgements.map((verdict) => verdict.required);
  const chart = charted.includes(series)
    ? renderChart(analysis, { required, width, curveRows: rows, ascii }, colours)
    : null;
  const below = [findingRows(analysis.findings, colours)];
  if (analysis.measurement !== null) below.push([['evidence', describeEvidence(analysis.measurement)]]);
  return [
    colours.bold(title),
    ...layOutBlocks(above, width),
    ...(chart === null ? [] : [chart]),
    ...layOutBlocks(below, width),
  ].join('\n\n');
}

/** @param isNamed one of several jobs is meant */
function verdictRows(
  verdict: JobJudgement,
  { measurement }: SeriesAnalysis,
  isNamed: boolean,
  colours: Palette,
): LabelledRow[] {
  const advice = listAdvice(verdict, measurement);
  const name = isNamed && verdict.job.name !== undefined ? `${escapeUnprintable(verdict.job.name)}: ` : '';
  return [
    ['verdict', paintVerdict(verdict.verdict, `${name}${describeVerdict(verdict)}`, colours)],
    ...advice.map((each, index): LabelledRow => [index === 0 ? 'what to do' : '', each]),
  ];
}

function findingRows(findings: readonly Finding[], colours: Palette): LabelledRow[] {
  return findings.map(
    (finding, index): LabelledRow => [
      index === 0 ? 'findings' : '',
      `${finding.severity === 'problem' ? colours.warning('!') : '-'} ${describeFinding(finding)}`,
    ],
  );
}
