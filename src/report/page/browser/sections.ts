import { formatCount } from '../../text/format-values.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { unpackGenerations } from '../charts/packing.ts';
import { GENERATION_TABLE_COLUMNS, type GenerationRow } from '../generations/generation-row.ts';
import { findElement, readEmbeddedJson } from './elements.ts';
import { pageTimes } from './page-times.ts';

/** With more series, only open sections are printed. */
const MAX_PRINTED_SECTIONS = 12;

const findSections = () => [...document.querySelectorAll<HTMLDetailsElement>('details.series')];

/** Opens collapsed sections by the button, by the links of the overview and for printing. */
export function enableSectionOpening(): void {
  const openAll = document.querySelector<HTMLButtonElement>('[data-open-all]');
  if (openAll !== null) {
    openAll.hidden = findSections().every(({ open }) => open);
    openAll.addEventListener('click', () => {
      for (const section of findSections()) section.open = true;
      openAll.hidden = true;
    });
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.overview a')) {
    link.addEventListener('click', () => openSection(link.hash));
  }

  let openedToPrint: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    const all = findSections();
    openedToPrint = all.length > MAX_PRINTED_SECTIONS ? [] : all.filter((section) => !section.open);
    for (const section of openedToPrint) section.open = true;
  });
  addEventListener('afterprint', () => {
    for (const section of openedToPrint) section.open = false;
  });
}

/** Opens the section that the hash of a URL names. */
export function openSection(hash: string): void {
  const section = findSections().find(({ id }) => hash === `#${id}`);
  if (section !== undefined) section.open = true;
}

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
    rows ??= unpackGenerations(readEmbeddedJson<ChartData>(`${section.id}-data`).generations);
    const end = rows.length - body.rows.length;
    const begin = Math.max(0, end - ROWS_PER_CLICK);
    for (const row of rows.slice(begin, end).reverse()) {
      const element = body.insertRow();
      for (const [, format] of GENERATION_TABLE_COLUMNS)
        element.insertCell().textContent = format(row, pageTimes);
    }
    remark.textContent = begin === 0 ? '' : `${formatCount(begin, 'older generation')} not shown`;
    button.hidden = begin === 0;
  });
}
