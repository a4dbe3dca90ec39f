import { script, style } from 'virtual:page-assets';
import type { Instant, Seconds, Span } from '../../domain/model.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { embedZone } from './embedded-zone.ts';
import { embedJson, html, Markup } from './markup.ts';

/** A page in a file has no script if it needs none. A served page requests itself again to get new values. */
export type PageKind = 'without-script' | 'with-script' | 'served';

/** Forbids all other requests, forms and frames. The hashes allow only the script and style sheet of this page. */
export const buildPolicy = (kind: PageKind) =>
  [
    "default-src 'none'",
    ...(kind === 'without-script' ? [] : [`script-src '${script.hash}'`]),
    `style-src '${style.hash}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    ...(kind === 'served' ? ["connect-src 'self'"] : []),
  ].join('; ');

/** An open page that its server no longer updates needs the rules of its time zone for this time. */
const MAX_PAGE_AGE_MS = 366 * 86_400_000;

/**
 * The script and its settings.
 * @param from the first time that the page shows
 * @param refreshSeconds null for a page in a file
 */
export function renderScript(
  times: TimeFormat,
  now: Instant,
  from: Span['from'],
  refreshSeconds: Seconds | null,
): Markup {
  const zone = embedZone(times.zone, { from, to: now + MAX_PAGE_AGE_MS });
  const settings = {
    refreshSeconds,
    ...(refreshSeconds === null ? {} : { renderedAt: now }),
    ...(zone === null ? {} : { zone }),
  };
  return html`<script type="application/json" id="settings">${embedJson(settings)}</script>
<script>${new Markup(script.text)}</script>`;
}

/** The script says here that the server does not respond. */
export const OUT_OF_REACH = html`<p class="out-of-reach" aria-live="polite" hidden></p>`;
