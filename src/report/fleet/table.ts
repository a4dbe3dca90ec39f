import type { AssessedFleet, FleetGroups } from '../../domain/fleet/assessed-fleet.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { Verdict } from '../../domain/verdict/job-verdict.ts';
import { toSafety } from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  describeChange,
  describeDrift,
  describeFleetJob,
  describeMore,
  describeMoreSilent,
  describeOthers,
  describeSilence,
  describeSize,
  NO_FLEET_JOB_MESSAGE,
  NO_HOSTS_MESSAGE,
  PERIOD_MESSAGE,
  SILENCE_ADVICE,
} from '../messages/fleet.ts';
import { continueRows, type Row } from '../rows/row.ts';
import { createPalette, type Palette, paintBySafety } from '../terminal/colour.ts';
import { clampWidth, layOutBlocks, layOutColumns } from '../terminal/layout.ts';
import {
  buildGroupCells,
  buildHostCells,
  formatGroup,
  HOST_COLUMNS,
  listGroupColumns,
} from './fleet-cells.ts';
import { chooseHosts, type FleetContext, MAX_HOSTS_IN_TEXT } from './fleet-context.ts';

/** For a terminal: the share of safe hosts, groups, the worst hosts, silent hosts, changes and trends. */
export function renderFleetTable(fleet: AssessedFleet, context: FleetContext): string {
  const palette = createPalette(context.hasColour);
  const width = clampWidth(context.width);
  const shown = chooseHosts(fleet, context.top ?? MAX_HOSTS_IN_TEXT);
  const hidden =
    shown.hidden.length === 0 ? [] : [describeMore(shown.hidden.length, shown.hidden[0]?.verdict ?? null)];
  const silent = [
    ...shown.silent.map((each) => `${escapeUnprintable(each.host)}: ${describeSilence(each)}`),
    ...(shown.hiddenSilentCount === 0 ? [] : [describeMoreSilent(shown.hiddenSilentCount)]),
  ];
  const findings: Row[][] = [
    continueRows('silent hosts', silent),
    silent.length === 0 ? [] : [['what to do', SILENCE_ADVICE]],
    continueRows('changed last week', fleet.changes.map(describeChange)),
    continueRows('trends', fleet.drifts.map(describeDrift)),
    context.isPeriodOfStoredValues ? [['note', PERIOD_MESSAGE]] : [],
  ];
  return `${[
    ...layOutBlocks([listSummaryRows(fleet, palette)], width, palette),
    ...(fleet.groups === null ? [] : [renderGroups(fleet.groups, width, palette)]),
    ...(fleet.hosts.length === 0 ? [] : [renderHosts(shown.hosts, width, palette)]),
    ...hidden.map((line) => layOutColumns([['', line]], [2, width - 2])),
    ...layOutBlocks(findings, width, palette),
  ].join('\n\n')}\n`;
}

function listSummaryRows(fleet: AssessedFleet, palette: Palette): Row[] {
  const jobs = fleet.jobs.flatMap((each): Row[] => [
    ['fleet', paintBySafety(toSafety(each.verdict), describeFleetJob(each), palette)],
    ['', describeOthers(each.hosts)],
  ]);
  return [
    ...(jobs.length === 0 ? [['fleet', NO_FLEET_JOB_MESSAGE] as const] : jobs),
    [
      'hosts',
      fleet.hosts.length === 0
        ? NO_HOSTS_MESSAGE
        : describeSize(fleet.hosts.length, fleet.seriesCount, fleet.retiredCount),
    ],
    ...(fleet.worstCase === null ? [] : [['worst case', duration(fleet.worstCase)] as const]),
  ];
}

const [INDENT, VERDICT_WIDTH, VALUE_WIDTH] = [2, 18, 13];

function renderHosts(hosts: AssessedFleet['hosts'], width: number, palette: Palette): string {
  const rows = hosts.map((host) => {
    const [verdict = '', ...cells] = buildHostCells(host);
    return ['', escapeUnprintable(host.host), '', paint(host.verdict, verdict, palette), ...cells];
  });
  const [name = '', ...labels] = HOST_COLUMNS;
  const free = width - 2 * INDENT - VERDICT_WIDTH - 2 * VALUE_WIDTH;
  const nameWidth = Math.ceil(free / 2);
  return layOutColumns(
    [['', name, '', ...labels].map(palette.dim), ...rows],
    [INDENT, nameWidth, INDENT, VERDICT_WIDTH, VALUE_WIDTH, VALUE_WIDTH, free - nameWidth],
  );
}

const [COUNT_WIDTH, SHARE_WIDTH, INTERVAL_WIDTH] = [8, 8, 14];

function renderGroups({ by, groups }: FleetGroups, width: number, palette: Palette): string {
  const rows = groups.map((group) => {
    const [verdict = '', ...cells] = buildGroupCells(group);
    return ['', formatGroup(group), '', paint(group.verdict, verdict, palette), ...cells];
  });
  const [name = '', ...labels] = listGroupColumns(by);
  const taken = 2 * INDENT + VERDICT_WIDTH + COUNT_WIDTH + SHARE_WIDTH + VALUE_WIDTH + INTERVAL_WIDTH;
  return layOutColumns(
    [['', name, '', ...labels].map(palette.dim), ...rows],
    [INDENT, width - taken, INDENT, VERDICT_WIDTH, COUNT_WIDTH, SHARE_WIDTH, VALUE_WIDTH, INTERVAL_WIDTH],
  );
}

const paint = (verdict: Verdict | null, text: string, palette: Palette) =>
  verdict === null ? text : paintBySafety(toSafety(verdict), text, palette);
