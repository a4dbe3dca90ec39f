import { formatCount } from '../../text/format-values.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { unpackGenerations } from '../charts/packing.ts';
import { GENERATION_TABLE_COLUMNS } from '../generations/generation-row.ts';
import { findElement, readEmbeddedJson } from './elements.ts';
import { pageTimes } from './page-times.ts';

/** With more series, only open sections are printed. */
const MAX_PRINTED_SECTIONS = 12;

const findSections = () => [...document.querySelectorAll<HTMLDetailsElement>('details.series')];

/** Opens collapsed sections by the button, by the links of the overview and for printing. */
export function enableSectionOpening(): void {
  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target.closest('[data-open-all]') !== null) {
      for (const section of findSections()) section.open = true;
      showButtons();
    }
    const link = target.closest<HTMLAnchorElement>('.overview a');
    if (link !== null) openSection(link.hash);
  });

  let openedToPrint: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    const all = findSections();
    openedToPrint = all.length > MAX_PRINTED_SECTIONS ? [] : all.filter((section) => !section.open);
    const more = document.querySelectorAll<HTMLDetailsElement>('.more-problems:not([open])');
    openedToPrint = [...openedToPrint, ...more];
    for (const section of openedToPrint) section.open = true;
  });
  addEventListener('afterprint', () => {
    for (const section of openedToPrint) section.open = false;
  });
}

/** Shows the buttons that need the script. */
export function showButtons(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-older]'))
    button.hidden = findRemark(button)?.textContent === '';
  for (const button of document.querySelectorAll<HTMLElement>('[data-open-all]'))
    button.hidden = findSections().every(({ open }) => open);
}

const findRemark = (button: HTMLElement) =>
  button.closest('.older')?.querySelector<HTMLElement>('span') ?? null;

/** Opens the section that the hash of a URL names. */
export function openSection(hash: string): void {
  const section = findSections().find(({ id }) => hash === `#${id}`);
  if (section !== undefined) section.open = true;
}

const ROWS_PER_CLICK = 500;

/** Makes the buttons below the tables of generations add older rows. */
export function enableOlderGenerations(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-older]') : null;
    const section = button?.closest<HTMLElement>('.series') ?? null;
    if (section === null) return;
    const body = findElement<HTMLTableSectionElement>(section, '.generations tbody');
    showGenerations(section, body.rows.length + ROWS_PER_CLICK);
    shownCounts.set(section, body.rows.length);
    showButtons();
  });
}

/** The numbers of rows that the user has asked for. */
const shownCounts = new Map<HTMLElement, number>();

/** Adds the older rows again that an update of the page has removed. */
export function restoreOlderGenerations(): void {
  for (const [section, count] of shownCounts) {
    if (section.isConnected) showGenerations(section, count);
    else shownCounts.delete(section);
  }
}

/** Adds older rows to the table of generations until it has this number of rows. */
function showGenerations(section: HTMLElement, count: number): void {
  const body = findElement<HTMLTableSectionElement>(section, '.generations tbody');
  const rows = unpackGenerations(readEmbeddedJson<ChartData>(`${section.id}-data`).generations);
  const end = rows.length - body.rows.length;
  const begin = Math.max(0, rows.length - count);
  for (const row of rows.slice(begin, Math.max(begin, end)).reverse()) {
    const element = body.insertRow();
    for (const [, format] of GENERATION_TABLE_COLUMNS)
      element.insertCell().textContent = format(row, pageTimes);
  }
  const remark = section.querySelector<HTMLElement>('.older span');
  if (remark !== null)
    remark.textContent = begin === 0 ? '' : `${formatCount(begin, 'older generation')} not shown`;
}
