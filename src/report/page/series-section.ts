import type { Measurement } from '../../domain/measurement/measurement.ts';
import { correctSpans } from '../../domain/verdict/analyse.ts';
import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { findDecisiveSeries } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { describeEvidence } from '../messages/evidence.ts';
import { describeFinding } from '../messages/findings.ts';
import { RETIRED_MESSAGE } from '../messages/judgements.ts';
import { describeJudgement, formatSafety } from '../messages/verdicts.ts';
import { listMeasuredRows } from '../rows/series-rows.ts';
import { formatNumber, formatSeriesName, truncateText } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { renderSeriesCharts } from './charts/charts.ts';
import { listGenerationRows } from './generations/generation-row.ts';
import { renderGenerationTables } from './generations/tables.ts';
import { html, Markup, renderDefinitionList, renderHtmlTable, renderTableRow } from './markup.ts';
import { formatJobLabel, getTone, renderAdvice, renderIcon, renderVerdictBadge } from './verdicts.ts';

export const getSectionId = (index: number) => `series-${index + 1}`;

type SectionContext = Pick<ReportContext, 'margin' | 'times'>;

/**
 * Returns a function that renders all details of one shown series. With several series, each section can be
 * collapsed.
 */
export function createSectionRenderer(
  shown: readonly AssessedSeries[],
  assessment: Assessment,
  context: SectionContext,
): (series: AssessedSeries, index: number) => Markup {
  const isInHeadline = assessment.series.filter(({ judgements }) => judgements.length > 0).length === 1;
  const decisive = findDecisiveSeries(assessment);
  return (series, index) => {
    const { analysis, judgements, isRetired } = series;
    const id = getSectionId(index);
    const name = formatSeriesName(analysis.identity);
    const remark = isRetired && html` <span class="muted">${RETIRED_MESSAGE}</span>`;
    const contents = renderContents(analysis, isInHeadline ? [] : judgements, judgements, context, id);
    if (shown.length === 1) {
      return html`<section class="series" id="${id}"><h2>${name}</h2>${remark}${contents}</section>`;
    }
    const isOpen = shown.length <= MAX_OPEN_SECTIONS || series === decisive;
    return html`<details class="series" id="${id}" data-keep="${name}"${isOpen && new Markup(' open')}>
<summary><h2>${name}</h2>${judgements.map(({ verdict: each, job }) => renderVerdictBadge(each, judgements.length > 1 ? formatJobLabel(job) : ''))}${remark}</summary>
${contents}</details>`;
  };
}

/** With more series, only the section of the decisive series is open. */
const MAX_OPEN_SECTIONS = 3;

function renderContents(
  analysis: SeriesAnalysis,
  stated: readonly JobJudgement[],
  drawn: readonly JobJudgement[],
  { margin, times }: SectionContext,
  id: string,
): Markup {
  const { measurement, isPolled, findings, failedPollSpans } = analysis;
  const name = formatSeriesName(analysis.identity);
  const verdicts = stated.map((judgement) => renderVerdict(judgement, measurement, times));
  const problems = html`${renderFindings(findings, drawn, times)}\n${renderFailedPolls(analysis, id, times)}`;
  if (measurement === null) return html`${verdicts}${problems}`;
  const generations = listGenerationRows(measurement);
  const failed = correctSpans(failedPollSpans, measurement);
  return html`
${verdicts}
${renderDefinitionList(listMeasuredRows(measurement, isPolled, margin, false, times).reverse(), 'card figures')}
${renderSeriesCharts(measurement, { generations, failed, judgements: drawn, margin, times, id, name })}
${problems}
<h3>Evidence</h3><p class="evidence">${describeEvidence(measurement, drawn)}</p>
${renderGenerationTables(measurement, generations, { id, name, times })}
`;
}

function renderVerdict(judgement: JobJudgement, measurement: Measurement | null, times: TimeFormat): Markup {
  const tone = getTone(judgement.verdict);
  return html`<div class="card verdict small ${tone}"><p class="message">${renderIcon(tone)}<span><strong>${formatSafety(judgement.verdict)}</strong>: ${describeJudgement(judgement)}</span></p>${renderAdvice(judgement, measurement, times)}</div>`;
}

function renderFindings(
  findings: readonly Finding[],
  judgements: readonly JobJudgement[],
  times: TimeFormat,
): Markup | null {
  if (findings.length === 0) return null;
  return html`<h3>Findings</h3><ul class="findings">${findings.map(
    (finding) =>
      html`<li class="${finding.severity}"><b>${finding.severity}</b> <span>${describeFinding(finding, judgements, times)}</span></li>`,
  )}</ul>`;
}

/** An error message can be long, but its start is enough. */
const MAX_DETAIL_WIDTH = 160;

function renderFailedPolls({ failedPolls }: SeriesAnalysis, id: string, times: TimeFormat): Markup | null {
  if (failedPolls.length === 0) return null;
  const rows = failedPolls.map(({ reason, count, firstAt, lastAt, lastDetail }) =>
    renderTableRow([
      reason,
      formatNumber(count),
      times.timestamp(firstAt),
      times.timestamp(lastAt),
      lastDetail === '' ? '–' : truncateText(lastDetail, MAX_DETAIL_WIDTH),
    ]),
  );
  return html`<h3 id="${id}-failed">Failed polls</h3>
${renderHtmlTable(`${id}-failed`, ['reason', 'count', 'first', 'last', 'last error'], rows)}`;
}
