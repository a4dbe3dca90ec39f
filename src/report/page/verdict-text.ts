import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import { describeVerdict, formatSafety, listAdvice } from '../messages/verdicts.ts';
import { renderIcon } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { getTone } from './tones.ts';

/** A verdict in a word, for tables and lists; behind the name of its job where there are several. */
export const renderVerdictBadge = (verdict: Verdict, job = ''): Markup =>
  html`<span class="badge ${getTone(verdict)}">${renderIcon(getTone(verdict))}${job !== '' && `${job}: `}${formatSafety(verdict)}</span>`;

/** The message of a verdict begins with its word, which stands out where there is room. */
export function splitVerdictMessage(verdict: JobJudgement): { word: string; rest: string } {
  const message = describeVerdict(verdict);
  const end = message.indexOf(': ');
  return { word: message.slice(0, end), rest: message.slice(end + 2) };
}

export function renderAdvice(verdict: JobJudgement, measurement: Measurement | null): Markup | null {
  const messages = listAdvice(verdict, measurement);
  if (messages.length === 0) return null;
  return html`<div class="advice"><h3>What to do</h3><ul>${messages.map((each) => html`<li>${each}</li>`)}</ul></div>`;
}
