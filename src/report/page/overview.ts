import type { Seconds } from '../../domain/model.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  findJudgement,
} from '../../domain/verdict/assessment.ts';
import { listMeasuredRows } from '../rows/series-rows.ts';
import { formatJob, formatSeriesName } from '../text/format-values.ts';
import { html, type Markup, renderHtmlTable, renderTableRow } from './markup.ts';
import { getSectionId } from './series-section.ts';
import { formatJobLabel, renderVerdictBadge } from './verdicts.ts';

/** Labels of the rows in a section whose values are shown. */
const SHOWN_VALUES = ['worst case', 'longest safe job', 'rotation interval'];

/** A table of the shown series with links to their sections; null for fewer than two. */
export function renderOverview(
  series: readonly AssessedSeries[],
  { jobs }: Pick<Assessment, 'jobs'>,
  margin: Seconds,
): Markup | null {
  if (series.length < 2) return null;
  const jobLabels = jobs.map((each) => (each.job === null ? formatJob(each) : formatJobLabel(each.job)));
  return html`<nav class="overview" aria-labelledby="all-series"><h2 id="all-series">Series</h2> <button type="button" hidden data-open-all>open all</button>
${renderHtmlTable(
  'all-series',
  ['series', ...jobLabels, ...SHOWN_VALUES, 'problems'],
  series.map((each, index) => renderSeriesRow(each, index, jobs, margin)),
)}</nav>`;
}

function renderSeriesRow(
  series: AssessedSeries,
  index: number,
  jobs: readonly AssessedJob[],
  margin: Seconds,
): Markup {
  const { identity, measurement, findings, isPolled } = series.analysis;
  const verdicts = jobs.map((job) => {
    const judgement = findJudgement(series, job);
    if (judgement !== null) return renderVerdictBadge(judgement.verdict);
    return series.isRetired ? 'retired' : '–';
  });
  const rows = measurement === null ? [] : listMeasuredRows(measurement, isPolled, margin);
  const values = new Map(rows.map(([label, value]) => [label, value]));
  const missing = measurement === null ? 'no samples' : '–';
  const problemCount = findings.filter(({ severity }) => severity === 'problem').length;
  return renderTableRow(
    [...verdicts, ...SHOWN_VALUES.map((label) => values.get(label) ?? missing), problemCount || '–'],
    html`<a href="#${getSectionId(index)}">${formatSeriesName(identity)}</a>`,
  );
}
