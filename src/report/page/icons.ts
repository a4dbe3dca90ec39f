import { html, Markup } from './markup.ts';
import type { Tone } from './tones.ts';

/** A disc with a tick, an octagon with a cross, a diamond with a question mark: told apart without any colour. */
const SHAPES: Record<Tone, string> = {
  safe: '<circle cx="12" cy="12" r="11"/><path d="M6.8 12.6l3.5 3.5 7-7.6"/>',
  bad: '<path class="body" d="M7.6 1h8.8L23 7.6v8.8L16.4 23H7.6L1 16.4V7.6z"/><path d="M8 8l8 8m0-8l-8 8"/>',
  unsure:
    '<path class="body" d="M12 .6L23.4 12 12 23.4.6 12z"/><path d="M9.4 9.6a2.6 2.6 0 1 1 3.9 2.3c-.9.5-1.3 1-1.3 2"/><path d="M12 17.1v.1"/>',
};

export const icon = (tone: Tone): Markup =>
  html`<svg class="icon ${tone}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${new Markup(SHAPES[tone])}</svg>`;

const FAVICON_COLOURS: Record<Tone, string> = { safe: '#14713f', bad: '#b3261e', unsure: '#8a5800' };

/** The shape for the tab of a browser; styles of the page do not reach in there. */
export function favicon(tone: Tone): string {
  const shape = SHAPES[tone].replace(
    /<(circle|path class="body")/g,
    `<$1 stroke="none" fill="${FAVICON_COLOURS[tone]}"`,
  );
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.4" ' +
    `stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
