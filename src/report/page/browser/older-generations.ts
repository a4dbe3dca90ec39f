import { formatCount } from '../../text/format-values.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { formatGenerationCells } from '../generations/cells.ts';
import { type GenerationRow, unpackGenerations } from '../generations/row.ts';

const AT_ONCE = 500;

/** Older rows at the end of the table, some at a time. */
export function enableOlderGenerations(section: HTMLElement): void {
  const button = section.querySelector<HTMLButtonElement>('[data-older]');
  if (button === null) return;
  const body = section.querySelector<HTMLTableSectionElement>('.generations tbody')!;
  let rows: GenerationRow[] | null = null;
  button.hidden = false;
  button.addEventListener('click', () => {
    rows ??= unpackGenerations(dataOf(section).generations);
    const shown = body.rows.length;
    const end = rows.length - shown;
    const begin = Math.max(0, end - AT_ONCE);
    body.append(...rows.slice(begin, end).reverse().map(tableRow));
    button.previousElementSibling!.textContent =
      begin === 0 ? '' : `${formatCount(begin, 'older generation')} not shown`;
    button.hidden = begin === 0;
  });
}

const dataOf = ({ id }: HTMLElement) =>
  JSON.parse(document.getElementById(`${id}-data`)!.textContent!) as ChartData;

function tableRow(row: GenerationRow): HTMLTableRowElement {
  const element = document.createElement('tr');
  for (const text of formatGenerationCells(row)) element.insertCell().textContent = text;
  return element;
}
