import { findShortestLeadTimes, listGenerationFacts } from '../../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import { NO_ROTATION_MESSAGE } from '../../messages/page.ts';
import { formatCount } from '../../text/format-values.ts';
import { html, type Markup } from '../markup.ts';
import { formatGenerationCells, GENERATION_COLUMNS } from './cells.ts';
import { buildGenerationRow, type GenerationRow } from './row.ts';

/** More rows would make the page slow to open. The script adds older rows on demand. */
const MAX_GENERATIONS = 200;
const MAX_WORST_ROTATIONS = 10;

/** The rotations with the shortest lead times, and the newest generations in descending order. */
export function renderGenerationTables(measurement: Measurement, id: string): Markup {
  const facts = listGenerationFacts(measurement);
  const newest = facts.at(-1);
  const buildRow = (each: (typeof facts)[number]) => buildGenerationRow(each, each === newest);
  const worst = findShortestLeadTimes(facts, MAX_WORST_ROTATIONS);
  const shown = facts.slice(-MAX_GENERATIONS).reverse();
  const olderCount = facts.length - shown.length;
  return html`<h3 id="${id}-worst">Worst rotations</h3>
${worst.length === 0 ? html`<p class="muted">${NO_ROTATION_MESSAGE}</p>` : renderTable(worst.map(buildRow), `${id}-worst`)}
<details class="generations" data-keep="${id}-generations">
<summary><h3 id="${id}-generations">Generations</h3> <span class="muted">${formatCount(facts.length, 'generation')}, newest first</span></summary>
${renderTable(shown.map(buildRow), `${id}-generations`)}
${
  olderCount > 0 &&
  html`<p class="older"><span>${formatCount(olderCount, 'older generation')} not shown</span> <button type="button" hidden data-older>show older</button></p>`
}
</details>`;
}

const renderTable = (rows: readonly GenerationRow[], labelledBy: string) =>
  html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${labelledBy}"><table class="rows dated">
<thead><tr>${GENERATION_COLUMNS.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${formatGenerationCells(row).map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
