import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { AssessedJob, AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import { findJudgedSeries, rankDecisiveSeries, toSafety } from '../../domain/verdict/judgements.ts';
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

/** For a terminal: the verdicts first, then one section per series. */
export function renderTable(assessment: Assessment, context: ReportContext): string {
  const colours = createPalette(context.hasColour);
  const width = clampWidth(context.width);
  // A job that one series judges is shown in the section of that series.
  const isInSection = (job: AssessedJob) => findJudgedSeries(job, assessment).length === 1;
  const headlines = assessment.jobs
    .filter((job) => !isInSection(job))
    .map((job) =>
      [
        layOutColumns([[renderHeadline(job, assessment, context, colours)]], [width]),
        ...layOutBlocks([buildJobRunRows(job, context, colours)], width),
        ...renderOverview(job, assessment, { ...context, width }, colours),
      ].join('\n\n'),
    );
  const jobsInSections = assessment.jobs.filter(isInSection);
  const charted = assessment.series.filter((each) => isCharted(each, assessment));
  const sections = assessment.series.map((each) =>
    renderSection(each, jobsInSections, charted, { ...context, width }, colours),
  );
  return `${[...headlines, ...sections].join('\n\n\n')}\n`;
}

/** The verdict on a job, its name if there are several jobs, and the decisive series. */
function renderHeadline(
  job: AssessedJob,
  assessment: Assessment,
  context: ReportContext,
  colours: Palette,
): string {
  const judged = findJudgedSeries(job, assessment).length;
  const decided = rankDecisiveSeries(job, assessment);
  const names = decided.map(({ series }) => formatSeriesName(series.analysis.identity, context));
  const kinds = new Set(decided.map(({ judgement }) => judgement.verdict));
  const atWorst = kinds.size > 1 ? ' at worst' : '';
  const basis = judged === 0 ? '' : `${atWorst} (${describeDecisiveSeries(names, judged)})`;
  const name = assessment.jobs.length === 1 ? '' : `${formatJob(job)}: `;
  return paintVerdict(job.verdict, `${name}${formatVerdict(job.verdict)}${basis}`, colours);
}

/** Columns of the overview. */
const [SPACE_WIDTH, VERDICT_WIDTH, VALUE_WIDTH] = [2, 32, 13];
const MIN_NAME_WIDTH = 16;

/** A table of the series that judge a job; empty for fewer than two. */
function renderOverview(
  job: AssessedJob,
  assessment: Assessment,
  context: ReportContext,
  colours: Palette,
): string[] {
  const judged = findJudgedSeries(job, assessment);
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
  const freeWidth = context.width - 2 * SPACE_WIDTH - VERDICT_WIDTH;
  // A narrow table omits the values, because each section repeats them.
  const values = freeWidth - 2 * VALUE_WIDTH < MIN_NAME_WIDTH ? [] : [VALUE_WIDTH, VALUE_WIDTH];
  const nameWidth = freeWidth - values.length * VALUE_WIDTH;
  const widths = [SPACE_WIDTH, nameWidth, SPACE_WIDTH, VERDICT_WIDTH, ...values];
  return [
    layOutColumns(
      [head, ...rows].map((row) => row.slice(0, widths.length)),
      widths,
    ),
  ];
}

const paintVerdict = (verdict: Verdict, text: string, colours: Palette) =>
  paintBySafety(toSafety(verdict), text, colours);

/** Curve rows are fewer if several charts share a screen. */
const [ROWS_OF_ONLY_CHART, ROWS_OF_SEVERAL_CHARTS] = [8, 4];

/** With jobs, series that judge one have a chart; without jobs, series that are not retired. */
const isCharted = ({ isRetired, judgements }: AssessedSeries, { jobs }: Assessment) =>
  jobs.length === 0 ? !isRetired : judgements.length > 0;

function renderSection(
  series: AssessedSeries,
  jobsInSections: readonly AssessedJob[],
  charted: readonly AssessedSeries[],
  context: ReportContext,
  colours: Palette,
): string {
  const { analysis, judgements, isRetired } = series;
  const { width, isAsciiOnly } = context;
  const title = `${formatSeriesName(analysis.identity, context)}${isRetired ? ` (${RETIRED_MESSAGE})` : ''}`;
  const above: LabelledRow[][] = [];
  for (const judgement of judgements) {
    above.push(buildVerdictRows(judgement, analysis, judgements.length > 1, colours));
    above.push(
      ...jobsInSections
        .filter(({ job }) => job === judgement.job)
        .map((job) => buildJobRunRows(job, context, colours)),
    );
  }
  above.push(buildSeriesRows(analysis, context, colours));
  const curveRows = charted.length === 1 ? ROWS_OF_ONLY_CHART : ROWS_OF_SEVERAL_CHARTS;
  const required = judgements.map((each) => each.required);
  const chart = charted.includes(series)
    ? renderChart(analysis, { required, width, curveRows, isAsciiOnly }, colours)
    : null;
  const below = [buildFindingRows(analysis.findings, colours)];
  if (analysis.measurement !== null) below.push([['evidence', describeEvidence(analysis.measurement)]]);
  return [
    colours.bold(title),
    ...layOutBlocks(above, width),
    ...(chart === null ? [] : [chart]),
    ...layOutBlocks(below, width),
  ].join('\n\n');
}

/** @param isNamed show the name of the job, because there are several */
function buildVerdictRows(
  judgement: JobJudgement,
  { measurement }: SeriesAnalysis,
  isNamed: boolean,
  colours: Palette,
): LabelledRow[] {
  const advice = listAdvice(judgement, measurement);
  const name =
    isNamed && judgement.job.name !== undefined ? `${escapeUnprintable(judgement.job.name)}: ` : '';
  return [
    ['verdict', paintVerdict(judgement.verdict, `${name}${describeVerdict(judgement)}`, colours)],
    ...advice.map((each, index): LabelledRow => [index === 0 ? 'what to do' : '', each]),
  ];
}

function buildFindingRows(findings: readonly Finding[], colours: Palette): LabelledRow[] {
  return findings.map(
    (finding, index): LabelledRow => [
      index === 0 ? 'findings' : '',
      `${finding.severity === 'problem' ? colours.warning('!') : '-'} ${describeFinding(finding)}`,
    ],
  );
}
