import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { type AssessedSeries, type Assessment, findJudgement } from '../../domain/verdict/assessment.ts';
import { findLongestSafeJob } from '../../domain/verdict/job.ts';
import { formatJob, formatSeriesName } from '../text/format-values.ts';
import { formatJobLabel } from './charts/job-labels.ts';
import { html, type Markup } from './markup.ts';
import { getSectionId } from './series-section.ts';
import { renderVerdictBadge } from './verdict-text.ts';

/** A table of all series with links to their sections; null for fewer than two. */
export function renderOverview({ series, jobs }: Assessment, margin: Seconds): Markup | null {
  if (series.length < 2) return null;
  return html`<nav class="overview" aria-labelledby="all-series"><h2 id="all-series">Series</h2> <button type="button" hidden data-open-all>open all</button>
<div class="scroll" tabindex="0" role="region" aria-labelledby="all-series"><table class="rows">
<thead><tr><th scope="col">series</th>${jobs.map((job) => html`<th scope="col">${job.job === null ? formatJob(job) : formatJobLabel(job.job)}</th>`)}<th scope="col">worst case</th><th scope="col">longest safe job</th><th scope="col">rotation interval</th><th scope="col">problems</th></tr></thead>
<tbody>${series.map((each, index) => renderRow(each, index, jobs, margin))}</tbody>
</table></div></nav>`;
}

function renderRow(series: AssessedSeries, index: number, jobs: Assessment['jobs'], margin: Seconds): Markup {
  const { identity, measurement, findings } = series.analysis;
  const longest = measurement && findLongestSafeJob(measurement, margin);
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  const verdicts = jobs.map((job) => {
    const judgement = findJudgement(series, job);
    return html`<td>${judgement === null ? (series.isRetired ? 'retired' : '–') : renderVerdictBadge(judgement.verdict)}</td>`;
  });
  return html`<tr><th scope="row"><a href="#${getSectionId(index)}">${formatSeriesName(identity)}</a></th>${verdicts}<td>${
    measurement === null ? 'no samples' : duration(measurement.worstCase.seconds)
  }</td><td>${longest === null ? '–' : duration(longest)}</td><td>${
    measurement?.rotationInterval ? duration(measurement.rotationInterval.median) : '–'
  }</td><td>${problems === 0 ? '–' : problems}</td></tr>`;
}
