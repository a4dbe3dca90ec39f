import { correctSpans } from '../../domain/verdict/analyse.ts';
import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { findDecisiveSeries } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import { describeEvidence } from '../messages/evidence.ts';
import {
  describeCopyingJob,
  describeCoverage,
  describeOutcome,
  describeReason,
  describeResult,
} from '../messages/headline/headline.ts';
import { describeRetired } from '../messages/headline/retired.ts';
import { MAX_DETAIL_WIDTH, TERMS } from '../messages/page.ts';
import { formatState, isSafeSoFar } from '../messages/verdicts.ts';
import { formatNumber, formatSeriesName, truncateText } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { renderDistributions, renderSawTooth } from './charts/charts.ts';
import { listFacts } from './facts.ts';
import { listGenerationRows, NO_VALUE } from './generations/generation-row.ts';
import { renderGenerations, renderWorstRotations } from './generations/tables.ts';
import { findSeriesOfHeadline } from './headline.ts';
import {
  capitalise,
  html,
  Markup,
  prose,
  renderDefinitionList,
  renderExplanation,
  renderHtmlTable,
  renderTableRow,
} from './markup.ts';
import { renderNotes, renderOwnProblems } from './problems.ts';
import { formatJobLabel, getTone, renderAdvice, renderIcon, renderJudgementBadge } from './verdicts.ts';

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
  const judged = assessment.series.filter(({ judgements }) => judgements.length > 0);
  const isInHeadline = judged.length === 1;
  const decisive = findDecisiveSeries(assessment);
  return (series, index) => {
    const { analysis, judgements } = series;
    const id = getSectionId(index);
    const name = formatSeriesName(analysis.identity);
    const retired = describeRetired(series, context.times);
    const remark = retired !== null && html` <span class="muted">${prose(retired)}</span>`;
    const contents = renderContents(series, {
      isVerdictInHeadline: isInHeadline,
      isMeasuredInHeadline: findSeriesOfHeadline(assessment) === series,
      isOnlySection: shown.length === 1,
      context,
      id,
    });
    if (shown.length === 1) {
      return html`<section class="series only" id="${id}"><h2>${name}</h2>${remark}${contents}</section>`;
    }
    const isOpen =
      shown.length <= MAX_OPEN_SECTIONS ||
      series === decisive ||
      judgements.some(({ verdict }) => toSafety(verdict) === 'not-safe');
    return html`<details class="series" id="${id}" data-keep="${name}"${isOpen && new Markup(' open')}>
<summary><h2>${name}</h2>${judgements.map((each) => renderJudgementBadge(each, analysis.measurement, judgements.length > 1 ? formatJobLabel(each.job) : ''))}${remark}</summary>
${contents}</details>`;
  };
}

/** With more series, only the sections of unsafe series are open. */
const MAX_OPEN_SECTIONS = 3;

interface SectionOptions {
  isVerdictInHeadline: boolean;
  isMeasuredInHeadline: boolean;
  /** The problems of the only section are below the headline. */
  isOnlySection: boolean;
  context: SectionContext;
  id: string;
}

function renderContents(series: AssessedSeries, options: SectionOptions): Markup {
  const { analysis, judgements } = series;
  const { isVerdictInHeadline, isMeasuredInHeadline, isOnlySection, context, id } = options;
  const { margin, times } = context;
  const { measurement, failedPollSpans } = analysis;
  const name = formatSeriesName(analysis.identity);
  const verdicts = isVerdictInHeadline ? [] : judgements.map((each) => renderVerdict(each, series, times));
  const problems = isOnlySection ? null : renderOwnProblems(analysis, judgements, times);
  const notes = renderNotes(analysis, judgements, times);
  const failedPolls = renderFailedPolls(analysis, id, times);
  if (measurement === null) return html`${verdicts}${problems}${notes}\n${failedPolls}`;
  const generations = listGenerationRows(measurement);
  const failed = correctSpans(failedPollSpans, measurement);
  const charts = { generations, failed, judgements, margin, times, id, name, isAlone: isOnlySection };
  const facts = listFacts(measurement, {
    series: analysis,
    margin,
    times,
    stated: judgements.length > 0 ? 'verdict' : isMeasuredInHeadline ? 'worst-case' : 'nothing',
  });
  const evidence = describeEvidence(measurement, judgements);
  return html`<div class="body"><div class="contents">
${verdicts}
${problems}
${renderSawTooth(measurement, charts)}
${renderDefinitionList(facts, 'card facts')}
</div><div class="details">${renderDistributions(measurement, charts)}
<div class="columns"><div><h3>Evidence</h3><p class="evidence">${prose(evidence)}</p>${evidence.includes('witnessed') && renderExplanation(TERMS.witnessed)}
${notes}</div>
<div>${renderWorstRotations(measurement, generations, { id, times })}</div></div>
${failedPolls}
${renderGenerations(generations, { id, name, times })}</div></div>
`;
}

function renderVerdict(judgement: JobJudgement, series: AssessedSeries, times: TimeFormat): Markup {
  const { measurement } = series.analysis;
  const tone = getTone(judgement.verdict);
  const isWeak = isSafeSoFar(judgement, measurement);
  const job = describeCopyingJob(judgement.job);
  const outcome =
    judgement.verdict === 'unknown'
      ? describeOutcome(judgement, measurement, '')
      : `${job} ${describeResult(judgement, measurement)}${describeCoverage(judgement)}.`;
  const text = [capitalise(outcome), ...describeReason(judgement, measurement, times)].join(' ');
  return html`<div class="card verdict small ${tone}${isWeak && ' weak'}"><p class="message">${renderIcon(tone, isWeak)}<span><strong>${formatState(judgement, measurement)}</strong>: ${prose(text)}</span></p>${renderAdvice(judgement, series, times, 3)}</div>`;
}

function renderFailedPolls({ failedPolls }: SeriesAnalysis, id: string, times: TimeFormat): Markup | null {
  if (failedPolls.length === 0) return null;
  const hasDetails = failedPolls.some(({ lastDetail }) => lastDetail !== '');
  const rows = failedPolls.map(({ reason, count, firstAt, lastAt, lastDetail }) =>
    renderTableRow([
      reason,
      formatNumber(count),
      times.timestamp(firstAt),
      times.timestamp(lastAt),
      ...(hasDetails ? [lastDetail === '' ? NO_VALUE : truncateText(lastDetail, MAX_DETAIL_WIDTH)] : []),
    ]),
  );
  const labels = ['reason', 'count', 'first', 'last', ...(hasDetails ? ['last error'] : [])];
  return html`<h3 id="${id}-failed">Failed polls</h3>
${renderHtmlTable(`${id}-failed`, labels, rows, `rows failed-rows${hasDetails ? ' detailed' : ''}`)}`;
}
