import { style } from 'virtual:page-assets';
import type { Seconds } from '../../domain/model.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import { formatStateOfJobs } from '../messages/headline/several.ts';
import { describeTimeZone } from '../messages/page.ts';
import { describeHiddenSeries } from '../messages/shown-series.ts';
import { SAFE_SO_FAR } from '../messages/verdicts.ts';
import { chooseReadableSeries } from '../rows/readable-series.ts';
import { formatJob, formatSeriesName } from '../text/format-values.ts';
import { renderGeneralKnowledge } from './general-knowledge.ts';
import { renderPageHeadline } from './headline.ts';
import { html, Markup, prose } from './markup.ts';
import { renderNow } from './now/now-section.ts';
import { renderOverview } from './overview.ts';
import { renderProblems } from './problems.ts';
import { createSectionRenderer, getSectionId } from './series-section.ts';
import { buildPolicy, OUT_OF_REACH, renderScript } from './served-page.ts';
import { buildFaviconUrl, getTone } from './verdicts.ts';

// The assets are part of this bundle only, so the page of a fleet is in the same bundle.
export { renderFleetPage } from '../fleet/page.ts';

export interface PageOptions {
  /** A served page gets new values at least this often. */
  refreshSeconds?: Seconds;
}

/** A single file without external resources. All facts are readable without the script. */
export function renderPage(
  assessment: Assessment,
  context: ReportContext,
  options: PageOptions = {},
): string {
  const { verdict } = assessment;
  const { times, now } = context;
  const { shown, ...hidden } = chooseReadableSeries(assessment, context.seriesLimits, MAX_SERIES);
  const sections = createSectionRenderer(shown, assessment, context);
  const refreshSeconds = options.refreshSeconds ?? null;
  const from = Math.min(now, ...shown.flatMap(({ analysis }) => analysis.measurement?.firstSample ?? []));
  // Below the chart of a single series, which belongs on the first screen.
  const hiddenLines = describeHiddenSeries(hidden, times).map(
    (each) => html`<p class="hidden-series muted">${prose(each)}</p>\n`,
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${buildPolicy(refreshSeconds === null ? 'with-script' : 'served')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="cred-watch ${context.version}">
<title>${formatTitle(assessment)}</title>
<link rel="icon" href="${buildFaviconUrl(verdict === null ? 'unsure' : getTone(verdict), formatStateOfJobs(assessment) === SAFE_SO_FAR)}">
<style>${new Markup(style.text)}</style>
</head>
<body>
<svg class="definitions" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" class="hatch-ground"/><rect width="2" height="7" class="hatch-line"/></pattern></defs></svg>
<main${shown.length > 1 && new Markup(' class="several"')}>
<header><p class="made muted">cred-watch report<span> · ${prose(times.timestamp(now))}</span></p>${OUT_OF_REACH}</header>
${renderPageHeadline(assessment, times, refreshSeconds === null ? null : renderNow(assessment, context))}
${renderProblems(shown, getSectionId, times)}
${renderOverview(shown, assessment, context.margin)}
${shown.length > 1 && hiddenLines}
${shown.map(sections)}
${shown.length <= 1 && hiddenLines}
${renderGeneralKnowledge(context.generalKnowledge)}
<footer class="muted"><p>Made by cred-watch ${context.version} at ${prose(times.timestamp(now))}. ${describeTimeZone(times)}</p></footer>
</main>
${renderScript(times, now, from, refreshSeconds)}
</body>
</html>
`;
  return page.text;
}

/** The script and the browser handle sections of this many series well. */
const MAX_SERIES = 200;

function formatTitle(assessment: Assessment): string {
  const { verdict, jobs, series } = assessment;
  const [first, ...others] = series;
  return [
    ...(verdict === null ? [] : [formatStateOfJobs(assessment), jobs.map(formatJob).join(', ')]),
    ...(first === undefined || others.length > 0 ? [] : [formatSeriesName(first.analysis.identity)]),
    'cred-watch',
  ].join(' · ');
}
