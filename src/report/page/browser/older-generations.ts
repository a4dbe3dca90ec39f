import { formatCount } from '../../text/format-values.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { formatGenerationCells } from '../generations/cells.ts';
import type { GenerationRow } from '../generations/row.ts';
import { unpackGenerations } from '../packing.ts';
import { findElement, readEmbeddedJson } from './elements.ts';

const ROWS_PER_CLICK = 500;

/** Makes the button below the table of generations add older rows. */
export function enableOlderGenerations(section: HTMLElement): void {
  const button = section.querySelector<HTMLButtonElement>('[data-older]');
  if (button === null) return;
  const body = findElement<HTMLTableSectionElement>(section, '.generations tbody');
  const remark = findElement<HTMLElement>(section, '.older span');
  let rows: GenerationRow[] | null = null;
  button.hidden = false;
  button.addEventListener('click', () => {
    rows ??= readRows(section);
    const end = rows.length - body.rows.length;
    const begin = Math.max(0, end - ROWS_PER_CLICK);
    body.append(...rows.slice(begin, end).reverse().map(createRow));
    remark.textContent = begin === 0 ? '' : `${formatCount(begin, 'older generation')} not shown`;
    button.hidden = begin === 0;
  });
}

function readRows({ id }: HTMLElement): GenerationRow[] {
  const { generations }: ChartData = readEmbeddedJson(`${id}-data`);
  return unpackGenerations(generations);
}

function createRow(row: GenerationRow): HTMLTableRowElement {
  const element = document.createElement('tr');
  for (const text of formatGenerationCells(row)) element.insertCell().textContent = text;
  return element;
}
