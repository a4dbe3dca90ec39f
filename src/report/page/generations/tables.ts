import type { Measurement } from '../../../domain/measurement/measurement.ts';
import { describeNoRotation, TERMS } from '../../messages/page.ts';
import { formatCount } from '../../text/format-values.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { type Content, html, type Markup, renderExplanation, renderHtmlTable } from '../markup.ts';
import {
  GENERATION_TABLE_COLUMNS,
  type GenerationRow,
  type GenerationRows,
  NO_VALUE,
  WORST_ROTATION_COLUMNS,
} from './generation-row.ts';

/** More rows would make the page slow to open. The script adds older rows on demand. */
const MAX_GENERATIONS = 200;
const MAX_WORST_ROTATIONS = 10;

interface SeriesTable {
  /** Of the section. */
  id: string;
  times: TimeFormat;
}

/** The rotations with the shortest lead times. */
export function renderWorstRotations(
  measurement: Measurement,
  rows: GenerationRows,
  { id, times }: SeriesTable,
): Markup {
  const worst = findWorstRotations(rows);
  return html`<h3 id="${id}-worst">Worst rotations</h3>
${worst.length === 0 ? html`<p class="muted">${describeNoRotation(measurement)}</p>` : html`${renderExplanation(TERMS.leadTime)}${renderRows(worst, listWorstColumns(worst, times), { id: `${id}-worst`, className: 'worst-rows', times, hasClasses: true, renderCell: shortenOnPhone })}`}`;
}

/** The newest generations in descending order. @param name of the series */
export function renderGenerations(
  rows: GenerationRows,
  { id, name, times }: SeriesTable & { name: string },
): Markup {
  const newest = listNewest(rows, MAX_GENERATIONS);
  const olderCount = rows.length - newest.length;
  return html`<details class="generations" data-keep="${name} generations">
<summary><h3 id="${id}-generations">Generations</h3> <span class="muted">${formatCount(rows.length, 'generation')}, newest first</span></summary>
${renderExplanation(TERMS.generation)}${renderRows(newest, GENERATION_TABLE_COLUMNS, { id: `${id}-generations`, className: 'generation-rows', times, hasClasses: false, renderCell: (text) => text })}
${
  olderCount > 0 &&
  html`<p class="older muted"><span>${formatCount(olderCount, 'older generation')} not shown</span> <button type="button" hidden data-older>show older</button></p>`
}
</details>`;
}

function listNewest(rows: GenerationRows, limit: number): GenerationRow[] {
  const newest: GenerationRow[] = [];
  for (let index = rows.length - 1; index >= 0 && newest.length < limit; index -= 1) {
    const row = rows.at(index);
    if (row !== undefined) newest.push(row);
  }
  return newest;
}

/** In the order of their lead times. */
function findWorstRotations(rows: GenerationRows): GenerationRow[] {
  const leadTime = (row: GenerationRow | undefined) => row?.leadTime ?? Number.POSITIVE_INFINITY;
  const worst: GenerationRow[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows.at(index);
    if (row === undefined || row.leadTime === null) continue;
    if (worst.length === MAX_WORST_ROTATIONS) {
      if (row.leadTime >= leadTime(worst.at(-1))) continue;
      worst.pop();
    }
    worst.splice(worst.findLastIndex((each) => leadTime(each) <= leadTime(row)) + 1, 0, row);
  }
  return worst;
}

/** Without columns that have no values. */
function listWorstColumns(rows: readonly GenerationRow[], times: TimeFormat): typeof WORST_ROTATION_COLUMNS {
  const isEmpty = ([, format]: (typeof WORST_ROTATION_COLUMNS)[number]) =>
    rows.every((row) => format(row, times) === NO_VALUE);
  return WORST_ROTATION_COLUMNS.filter((column) => !isEmpty(column));
}

interface TableOptions {
  /** Of the heading. */
  id: string;
  className: string;
  times: TimeFormat;
  /**
   * Each cell has the class of its column. A table that always has all columns is aligned by their positions,
   * because the classes of many rows would make the page larger.
   */
  hasClasses: boolean;
  renderCell: (text: string) => Content;
}

/** A phone shows a timestamp without its year, its seconds and its zone, so that the table fits. */
function shortenOnPhone(text: string): Content {
  const parts = /^(\d{4}-)(\d\d-\d\d \d\d:\d\d)(:.*)$/.exec(text);
  if (parts === null) return text;
  const [, year, moment, rest] = parts;
  return html`<span class="not-on-phone">${year}</span>${moment}<span class="not-on-phone">${rest}</span>`;
}

function renderRows(
  rows: readonly GenerationRow[],
  columns: typeof GENERATION_TABLE_COLUMNS,
  { id, className, times, hasClasses, renderCell }: TableOptions,
): Markup {
  const cells = columns.map(([label, format, cellClass]) => ({
    label,
    format,
    attribute: hasClasses && cellClass !== undefined && html` class="${cellClass}"`,
  }));
  return renderHtmlTable(
    id,
    cells.map(({ label, attribute }) => html`<th scope="col"${attribute}>${label}</th>`),
    rows.map(
      (row) =>
        html`<tr>${cells.map(({ format, attribute }) => html`<td${attribute}>${renderCell(format(row, times))}</td>`)}</tr>\n`,
    ),
    `rows ${className}`,
  );
}
