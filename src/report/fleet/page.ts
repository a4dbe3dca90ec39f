import { style } from 'virtual:page-assets';
import { findWorstJudgement } from '../../domain/fleet/assess-host.ts';
import type { AssessedFleet, AssessedHost, FleetGroups } from '../../domain/fleet/assessed-fleet.ts';
import { getStatedSpare } from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  adviseOnSilence,
  describeChange,
  describeMore,
  describeOthers,
  describeSafeHosts,
  describeTrend,
  formatFleetSafety,
} from '../messages/fleet/fleet.ts';
import { FAILING_ADVICE, listHostNotes } from '../messages/fleet/host-notes.ts';
import { describeSpare, describeTimeZone } from '../messages/page.ts';
import {
  type Content,
  capitalise,
  html,
  Markup,
  NO_CELL_VALUE,
  prose,
  renderHtmlTable,
  renderTableRow,
} from '../page/markup.ts';
import { buildPolicy, OUT_OF_REACH, renderScript } from '../page/served-page.ts';
import {
  buildFaviconUrl,
  getTone,
  renderAdviceList,
  renderIcon,
  renderVerdictBadge,
} from '../page/verdicts.ts';
import { buildGroupCells, buildHostCells, formatGroup, listGroupColumns } from './fleet-cells.ts';
import { chooseHosts, type FleetContext } from './fleet-context.ts';
import { listFailingLines, listFleetAdvice, listSilentLines, listSummaryLines } from './fleet-lines.ts';

const MAX_HOSTS_ON_PAGE = 200;

/** A single file without external resources. Only a served page has a script, which updates the values. */
export function renderFleetPage(fleet: AssessedFleet, context: FleetContext): string {
  const { verdict } = fleet;
  const { times, now } = context;
  const refreshSeconds = context.refreshSeconds ?? null;
  const shown = chooseHosts(fleet, context.top ?? MAX_HOSTS_ON_PAGE);
  const hidden = shown.hidden[0];
  const failing = listFailingLines(shown, context);
  const silent = listSilentLines(shown, context);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${buildPolicy(refreshSeconds === null ? 'without-script' : 'served')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="cred-watch ${context.version}">
<title>${verdict === null ? 'fleet' : `${formatFleetSafety({ ...fleet, verdict })} · fleet`} · cred-watch</title>
<link rel="icon" href="${buildFaviconUrl(verdict === null ? 'unsure' : getTone(verdict), fleet.isSafeSoFar)}">
<style>${new Markup(style.text)}</style>
</head>
<body>
<main class="fleet">
<header><p class="made muted">cred-watch fleet report<span> · ${prose(times.timestamp(context.now))}</span></p>${refreshSeconds !== null && OUT_OF_REACH}</header>
${renderHeadline(fleet, context)}
${fleet.groups !== null && renderGroups(fleet.groups)}
${fleet.hosts.length > 0 && renderHosts(shown.hosts, listHostNotes(fleet, context.now))}
${hidden !== undefined && html`<p class="hidden-series muted">${prose(describeMore(shown.hidden.length, hidden.verdict))}</p>`}
${renderList('Failing polls', failing.length === 0 ? [] : [...failing, capitalise(FAILING_ADVICE)])}
${renderList('Silent hosts', silent.length === 0 ? [] : [...silent, capitalise(adviseOnSilence(fleet.silentHosts))])}
${renderList('Changed last week', fleet.changes.map(describeChange))}
${renderList(
  'Trends',
  fleet.trends.map((each) => describeTrend(each, times)),
)}
<footer class="muted"><p>Made by cred-watch ${context.version} at ${prose(times.timestamp(context.now))}. ${describeTimeZone(times)}</p></footer>
</main>
${refreshSeconds !== null && renderScript(times, now, now, refreshSeconds)}
</body>
</html>
`;
  return page.text;
}

function renderHeadline(fleet: AssessedFleet, context: FleetContext): Markup {
  const { verdict, isSafeSoFar } = fleet;
  const [only, ...otherJobs] = fleet.jobs;
  const isOneJob = only !== undefined && otherJobs.length === 0;
  const lines = listSummaryLines(fleet, context);
  if (isOneJob) lines[0] = describeOthers(only);
  const content = html`<ul class="summary">${lines.map((line) => html`<li>${prose(capitalise(line))}</li>`)}</ul>`;
  if (verdict === null)
    return html`<section class="card verdict"><div><h1>Fleet</h1>${content}</div></section>`;
  const tone = getTone(verdict);
  return html`<section class="card verdict ${tone}${isSafeSoFar && ' weak'}" aria-label="verdict">
<div><h1><span class="state">${renderIcon(tone, isSafeSoFar)} ${capitalise(formatFleetSafety({ verdict, isSafeSoFar }))}</span>${isOneJob && html` ${prose(`${capitalise(describeSafeHosts(only))}.`)}`}</h1>
${content}</div>
${renderAdviceList(listFleetAdvice(fleet))}
</section>`;
}

/** @param isDetailed not for a group, because its hosts may have different kinds of `not safe` */
const renderBadge = (
  { verdict, isSafeSoFar }: Pick<AssessedHost, 'verdict' | 'isSafeSoFar'>,
  isDetailed: boolean,
): Content => verdict !== null && renderVerdictBadge(verdict, { isSafeSoFar, isDetailed });

function renderHostCells(host: AssessedHost, note: string | undefined): Content[] {
  const [, worstCase, , series] = buildHostCells(host);
  const worst = findWorstJudgement(host.judgements);
  const spare = worst && getStatedSpare(worst);
  const why = note !== undefined && html` <small class="warning">${note}</small>`;
  return [
    host.verdict === null && note === undefined ? '' : html`${renderBadge(host, true)}${why}`,
    spare === null ? '' : describeSpare(spare),
    worstCase !== '' && prose(worstCase ?? ''),
    series,
  ];
}

const PAGE_COLUMNS = ['host', 'verdict', 'spare', 'worst case', 'series'];

const fillCell = (cell: Content): Content => (cell === '' || cell === false ? NO_CELL_VALUE : cell);

const renderHosts = (hosts: AssessedFleet['hosts'], notes: ReadonlyMap<string, string>) =>
  renderSection(
    'hosts',
    'Hosts, the worst first',
    PAGE_COLUMNS,
    'rows compact-rows host-rows',
    hosts.map((host) =>
      renderTableRow(renderHostCells(host, notes.get(host.host)).map(fillCell), escapeUnprintable(host.host)),
    ),
  );

const renderGroups = ({ by, groups }: FleetGroups) =>
  renderSection(
    'groups',
    'Groups',
    listGroupColumns(by),
    'rows compact-rows',
    groups.map((group) => {
      const [, ...cells] = buildGroupCells(group);
      return renderTableRow([renderBadge(group, false), ...cells].map(fillCell), formatGroup(group));
    }),
  );

const renderSection = (
  id: string,
  title: string,
  columns: readonly string[],
  className: string,
  rows: readonly Markup[],
) =>
  html`<section class="overview"><h2 id="${id}">${title}</h2>
${renderHtmlTable(id, columns, rows, className)}</section>`;

const renderList = (title: string, lines: readonly string[]): Content =>
  lines.length > 0 &&
  html`<section class="overview"><h2>${title}</h2><div class="advice"><ul class="names">${lines.map((line) => html`<li>${prose(line)}</li>`)}</ul></div></section>`;
