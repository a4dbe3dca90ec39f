import type { Seconds } from '../../domain/model.ts';
import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Finding } from '../../domain/verdict/finding.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { findDecisiveSeries } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { describeFinding } from '../messages/findings.ts';
import { RETIRED_MESSAGE } from '../messages/judgements.ts';
import { describeEvidence } from '../messages/verdicts.ts';
import { formatNumber, formatSeriesName, formatTimestamp } from '../text/format-values.ts';
import { truncateText } from '../text/untrusted-text.ts';
import { renderCharts } from './charts/charts.ts';
import { formatJobLabel } from './charts/job-labels.ts';
import { renderGenerationTables } from './generations/tables.ts';
import { getTone, renderIcon } from './icons.ts';
import { html, Markup } from './markup.ts';
import { renderMeasurement } from './measurement.ts';
import { renderAdvice, renderVerdictBadge, splitVerdictMessage } from './verdict-text.ts';

export const getSectionId = (index: number) => `series-${index + 1}`;

/** All details of one series. With several series, each section can be collapsed. */
export function renderSeriesSection(
  series: AssessedSeries,
  index: number,
  assessment: Assessment,
  { margin }: ReportContext,
): Markup {
  const { analysis, judgements, isRetired } = series;
  const all = assessment.series;
  const id = getSectionId(index);
  const name = formatSeriesName(analysis.identity);
  const remark = isRetired && html` <span class="muted">${RETIRED_MESSAGE}</span>`;
  const isInHeadline = all.filter((each) => each.judgements.length > 0).length === 1;
  const contents = renderContents(analysis, isInHeadline ? [] : judgements, judgements, margin, id);
  if (all.length === 1) {
    return html`<section class="series" id="${id}"><h2>${name}</h2>${remark}${contents}</section>`;
  }
  const isOpen = all.length <= MAX_OPEN_SECTIONS || series === findDecisiveSeries(assessment);
  return html`<details class="series" id="${id}" data-keep="${name}"${isOpen && new Markup(' open')}>
<summary><h2>${name}</h2>${judgements.map(({ verdict: each, job }) => renderVerdictBadge(each, judgements.length > 1 ? formatJobLabel(job) : ''))}${remark}</summary>
${contents}</details>`;
}

/** With more series, only the section of the decisive series is open. */
const MAX_OPEN_SECTIONS = 3;

function renderContents(
  analysis: SeriesAnalysis,
  stated: readonly JobJudgement[],
  drawn: readonly JobJudgement[],
  margin: Seconds,
  id: string,
): Markup {
  const { measurement, isPolled, findings } = analysis;
  return html`
${stated.map((judgement) => renderVerdict(judgement, analysis))}
${measurement !== null && renderMeasurement(measurement, isPolled, margin)}
${measurement !== null && renderCharts(analysis, measurement, drawn, margin, id)}
${renderFindings(findings)}
${renderFailedPolls(analysis, id)}
${measurement !== null && html`<h3>Evidence</h3><p class="evidence">${describeEvidence(measurement)}</p>`}
${measurement !== null && renderGenerationTables(measurement, id)}
`;
}

function renderVerdict(judgement: JobJudgement, { measurement }: SeriesAnalysis): Markup {
  const { safety, rest } = splitVerdictMessage(judgement);
  return html`<div class="verdict small ${getTone(judgement.verdict)}"><p class="message">${renderIcon(getTone(judgement.verdict))}<span><strong>${safety}</strong>: ${rest}</span></p>${renderAdvice(judgement, measurement)}</div>`;
}

function renderFindings(findings: readonly Finding[]): Markup | null {
  if (findings.length === 0) return null;
  return html`<h3>Findings</h3><ul class="findings">${findings.map(
    (finding) =>
      html`<li class="${finding.severity}"><b>${finding.severity}</b> <span>${describeFinding(finding)}</span></li>`,
  )}</ul>`;
}

/** An error message can be long, but its start is enough. */
const MAX_DETAIL_WIDTH = 160;

function renderFailedPolls({ failedPolls: failed }: SeriesAnalysis, id: string): Markup | null {
  if (failed.length === 0) return null;
  const hasDetail = failed.some(({ lastDetail }) => lastDetail !== '');
  return html`<h3 id="${id}-failed">Failed polls</h3>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}-failed"><table class="rows">
<thead><tr><th scope="col">reason</th><th scope="col">count</th><th scope="col">first</th><th scope="col">last</th>${hasDetail && html`<th scope="col">last error</th>`}</tr></thead>
<tbody>${failed.map(
    ({ reason, count, firstAt, lastAt, lastDetail }) =>
      html`<tr><td>${reason}</td><td>${formatNumber(count)}</td><td>${formatTimestamp(firstAt)}</td><td>${formatTimestamp(lastAt)}</td>${hasDetail && html`<td>${truncateText(lastDetail, MAX_DETAIL_WIDTH)}</td>`}</tr>`,
  )}</tbody></table></div>`;
}
