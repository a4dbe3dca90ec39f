import type { AssessedFleet, AssessedHost, FleetGroups } from '../../domain/fleet/assessed-fleet.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import {
  adviseOnSilence,
  describeChange,
  describeFleetJob,
  describeMore,
  describeOthers,
  describeTrend,
  NO_FLEET_JOB_MESSAGE,
  PERIOD_MESSAGE,
} from '../messages/fleet/fleet.ts';
import { FAILING_ADVICE, listHostNotes, listRetiredHosts } from '../messages/fleet/host-notes.ts';
import { continueRows, type Row } from '../rows/row.ts';
import { createPalette, type Palette, paintBySafety } from '../terminal/colour.ts';
import { makeRoomForNames } from '../terminal/column-widths.ts';
import { clampWidth, layOutBlocks, layOutColumns } from '../terminal/layout.ts';
import {
  buildGroupCells,
  buildHostCells,
  formatGroup,
  HOST_COLUMNS,
  listGroupColumns,
  NOTE_COLUMN,
} from './fleet-cells.ts';
import { chooseHosts, type FleetContext, MAX_HOSTS_IN_TEXT } from './fleet-context.ts';
import {
  describeHosts,
  listFailingLines,
  listFleetAdvice,
  listImportedLines,
  listSilentLines,
  listWorstCase,
} from './fleet-lines.ts';

/** For a terminal: the share of safe hosts, groups, the worst hosts, silent hosts, changes and trends. */
export function renderFleetTable(fleet: AssessedFleet, context: FleetContext): string {
  const palette = createPalette(context);
  const width = clampWidth(context.width);
  const shown = chooseHosts(fleet, context.top ?? MAX_HOSTS_IN_TEXT);
  const hidden =
    shown.hidden.length === 0 ? [] : [describeMore(shown.hidden.length, shown.hidden[0]?.verdict ?? null)];
  const silent = listSilentLines(shown, context);
  const failing = listFailingLines(shown, context);
  const findings: Row[][] = [
    continueRows('failing polls', failing),
    failing.length === 0 ? [] : [['what to do', FAILING_ADVICE]],
    continueRows('silent hosts', silent),
    silent.length === 0 ? [] : [['what to do', adviseOnSilence(fleet.silentHosts)]],
    continueRows('changed last week', fleet.changes.map(describeChange)),
    continueRows(
      'trends',
      fleet.trends.map((each) => describeTrend(each, context.times)),
    ),
    context.isPeriodOfStoredValues ? [['note', PERIOD_MESSAGE]] : [],
  ];
  const blocks = [
    ...layOutBlocks([listSummaryRows(fleet, context, palette)], width, palette),
    ...(fleet.groups === null ? [] : [renderGroups(fleet.groups, width, palette)]),
    ...(fleet.hosts.length === 0
      ? []
      : [renderHosts(shown.hosts, listHostNotes(fleet, context.now), width, palette)]),
    ...hidden.map((line) => layOutColumns([['', line]], [2, width - 2], palette)),
    ...layOutBlocks(findings, width, palette),
  ];
  return palette.encode(`${blocks.join('\n\n')}\n`);
}

function listSummaryRows(fleet: AssessedFleet, context: FleetContext, palette: Palette): Row[] {
  const jobs = fleet.jobs.flatMap((each): Row[] => [
    ['fleet', paintBySafety(toSafety(each.verdict), describeFleetJob(each), palette)],
    ['', describeOthers(each)],
  ]);
  return [
    ...(jobs.length === 0 ? [['fleet', NO_FLEET_JOB_MESSAGE] as const] : jobs),
    ...continueRows('retired', listRetiredHosts(fleet)),
    ['hosts', describeHosts(fleet)],
    ...continueRows('worst case', listWorstCase(fleet)),
    ...continueRows('old samples', listImportedLines(fleet, context)),
    ...continueRows('what to do', listFleetAdvice(fleet)),
  ];
}

/** A column of a table. The column with the names gets the rest of the width. */
interface TableColumn {
  label: string;
  /** Null: the rest of the width. */
  width: number | null;
  cells: readonly string[];
}

const [INDENT, VERDICT_WIDTH, VALUE_WIDTH, COUNT_WIDTH] = [2, 22, 13, 8];
/** In a narrower table, the series of a host is left out. */
const MIN_WIDTH_WITH_SERIES = 95;
const SERIES_WIDTH = 18;
const NOTE_WIDTH = 16;
/** The smallest space between two columns. */
const COLUMN_SPACE = 1;

function renderHosts(
  hosts: AssessedFleet['hosts'],
  notes: ReadonlyMap<string, string>,
  width: number,
  palette: Palette,
): string {
  const cells = hosts.map(buildHostCells);
  const [name = '', verdict = '', worstCase = '', spare = '', series = ''] = HOST_COLUMNS;
  const isWide = width >= MIN_WIDTH_WITH_SERIES;
  return renderColumns(
    [
      { label: name, width: null, cells: hosts.map(({ host }) => escapeUnprintable(host)) },
      {
        label: verdict,
        width: VERDICT_WIDTH,
        cells: hosts.map((host, index) => paintVerdictCell(host, cells[index]?.[0] ?? '', palette)),
      },
      { label: NOTE_COLUMN, width: NOTE_WIDTH, cells: hosts.map(({ host }) => notes.get(host) ?? '') },
      { label: worstCase, width: VALUE_WIDTH, cells: cells.map((row) => row[1] ?? '') },
      { label: spare, width: VALUE_WIDTH, cells: cells.map((row) => row[2] ?? '') },
      ...(isWide ? [{ label: series, width: SERIES_WIDTH, cells: cells.map((row) => row[3] ?? '') }] : []),
    ],
    width,
    palette,
  );
}

function renderGroups({ by, groups }: FleetGroups, width: number, palette: Palette): string {
  const cells = groups.map(buildGroupCells);
  const [name = '', verdict = '', ...labels] = listGroupColumns(by);
  const widths = [COUNT_WIDTH, COUNT_WIDTH, VALUE_WIDTH, VALUE_WIDTH];
  return renderColumns(
    [
      { label: name, width: null, cells: groups.map(formatGroup) },
      {
        label: verdict,
        width: VERDICT_WIDTH,
        cells: groups.map((group, index) => paintVerdictCell(group, cells[index]?.[0] ?? '', palette)),
      },
      ...labels.map((label, index) => ({
        label,
        width: widths[index] ?? VALUE_WIDTH,
        cells: cells.map((row) => row[index + 1] ?? ''),
      })),
    ],
    width,
    palette,
  );
}

/** A shorter column of names breaks most names. */
const MIN_NAME_WIDTH = 12;

/** Leaves out columns without values, as the verdicts without a job, and the last columns if the table is too wide. */
function renderColumns(columns: readonly TableColumn[], width: number, palette: Palette): string {
  const [names, ...values] = columns.filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (names === undefined) return '';
  const widths = values.map(({ width }) => width ?? 0);
  const computeFree = () => width - 2 * INDENT - widths.reduce((sum, each) => sum + each, 0);
  while (computeFree() < MIN_NAME_WIDTH) widths.pop();
  const shown = widths.map((width, column) => {
    const { label = '', cells = [] } = values[column] ?? {};
    return { label, width, cells };
  });
  const fitting = makeRoomForNames(names.cells.map(palette.encode), shown, computeFree());
  const nameWidth = width - 2 * INDENT - fitting.reduce((sum, each) => sum + each, 0);
  // A text that continues on the next line must not fill the space before the next column.
  const withSpaces = (texts: readonly string[]) => texts.flatMap((text) => [text, '']);
  const rows = names.cells.map((cell, row) => [
    ...['', cell, ''],
    ...withSpaces(shown.map(({ cells }) => cells[row] ?? '')),
  ]);
  return layOutColumns(
    [['', names.label, '', ...withSpaces(shown.map(({ label }) => label))].map(palette.dim), ...rows],
    [INDENT, nameWidth, INDENT, ...fitting.flatMap((each) => [each - COLUMN_SPACE, COLUMN_SPACE])],
    palette,
  );
}

const paintVerdictCell = ({ verdict }: Pick<AssessedHost, 'verdict'>, text: string, palette: Palette) =>
  verdict === null ? '' : paintBySafety(toSafety(verdict), text, palette);
