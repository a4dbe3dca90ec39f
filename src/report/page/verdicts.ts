import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { AssessedSeries } from '../../domain/verdict/assessment.ts';
import { toSafety } from '../../domain/verdict/figures/severity.ts';
import type { Job, JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import { listCurrentAdvice } from '../messages/polling/failing-polls.ts';
import { formatSafety, formatVerdict, isSafeSoFar, SAFE_SO_FAR } from '../messages/verdicts.ts';
import { formatJob, truncateText } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';
import { html, Markup, prose } from './markup.ts';

/** The appearance of a verdict: a CSS class, and the name of a CSS colour. */
export type Tone = 'safe' | 'bad' | 'unsure';

const TONES = { safe: 'safe', 'not-safe': 'bad', unknown: 'unsure' } as const;

export const getTone = (verdict: Verdict): Tone => TONES[toSafety(verdict)];

/** A disc with a tick, an octagon with a cross, a square with a question mark: distinct without colours. */
const SHAPES: Record<Tone, string> = {
  safe: '<circle cx="12" cy="12" r="11"/><path d="M6.8 12.6l3.5 3.5 7-7.6"/>',
  bad: '<path class="body" d="M7.6 1h8.8L23 7.6v8.8L16.4 23H7.6L1 16.4V7.6z"/><path d="M8 8l8 8m0-8l-8 8"/>',
  unsure:
    '<rect class="body" x="1" y="1" width="22" height="22" rx="6"/><path d="M8.7 9.2a3.3 3.3 0 1 1 5 2.9c-1.2.7-1.7 1.2-1.7 2.3"/><path d="M12 18v.1"/>',
};

/** @param isHollow for a verdict of little history */
export const renderIcon = (tone: Tone, isHollow = false): Markup =>
  html`<svg class="icon ${tone}${isHollow && ' hollow'}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${new Markup(SHAPES[tone])}</svg>`;

const FAVICON_COLOURS: Record<Tone, string> = { safe: '#14713f', bad: '#b3261e', unsure: '#8a5800' };

/**
 * A `data:` URL with its own colours, because the styles of the page do not apply to the icon of a tab.
 * @param isHollow for a verdict of little history
 */
export function buildFaviconUrl(tone: Tone, isHollow = false): string {
  const colour = FAVICON_COLOURS[tone];
  const body = isHollow ? 'stroke-width="2" fill="#fff"' : `stroke="none" fill="${colour}"`;
  const shape = SHAPES[tone].replace(/<(circle|(?:path|rect) class="body")/g, `<$1 ${body}`);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="${isHollow ? colour : '#fff'}" stroke-width="2.4" ` +
    `stroke-linecap="round" stroke-linejoin="round">${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

interface BadgeOptions {
  /** Shown in front of the safety, if there are several jobs. */
  job?: string;
  /** A safe verdict of little history. */
  isSafeSoFar?: boolean;
  /** Say which kind of `not safe`. */
  isDetailed?: boolean;
}

export const renderVerdictBadge = (
  verdict: Verdict,
  { job = '', isSafeSoFar: isWeak = false, isDetailed = false }: BadgeOptions = {},
): Markup =>
  html`<span class="badge ${getTone(verdict)}${isWeak && ' weak'}">${renderIcon(getTone(verdict), isWeak)}<span>${job !== '' && `${job}: `}${isWeak ? SAFE_SO_FAR : isDetailed ? formatVerdict(verdict) : formatSafety(verdict)}</span></span>`;

/** The badge of a judgement. */
export const renderJudgementBadge = (
  judgement: JobJudgement,
  measurement: Measurement | null,
  job = '',
): Markup => renderVerdictBadge(judgement.verdict, { job, isSafeSoFar: isSafeSoFar(judgement, measurement) });

/** @param level of the heading */
export function renderAdvice(
  judgement: JobJudgement,
  series: AssessedSeries,
  times: TimeFormat,
  level: 2 | 3 = 2,
): Markup | null {
  return renderAdviceList(listCurrentAdvice(judgement, series, times), level);
}

export function renderAdviceList(messages: readonly string[], level: 2 | 3 = 2): Markup | null {
  if (messages.length === 0) return null;
  const tag = new Markup(`h${level}`);
  return html`<div class="advice"><${tag}>What to do</${tag}><ul>${messages.map((each) => html`<li${each.startsWith('`') && new Markup(' class="command"')}>${prose(each)}</li>`)}</ul></div>`;
}

/** A chart has no space for a longer name. The headline shows the full name. */
const MAX_NAME_WIDTH = 32;

/** `5h`, `nightly (4h 02m 11s)`. */
export const formatJobLabel = (job: Job) =>
  formatJob({ name: job.name === null ? null : truncateText(job.name, MAX_NAME_WIDTH), job });
