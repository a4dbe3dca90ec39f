import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { JobVerdict, Verdict } from '../../domain/verdict/job-verdict.ts';
import { adviceMessages, answerWord, verdictMessage } from '../messages/verdicts.ts';
import { icon } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { toneOf } from './tones.ts';

/** A verdict in a word, for tables and lists; behind the name of its job where there are several. */
export const badge = (verdict: Verdict, job = ''): Markup =>
  html`<span class="badge ${toneOf(verdict)}">${icon(toneOf(verdict))}${job !== '' && `${job}: `}${answerWord(verdict)}</span>`;

/** The message of a verdict begins with its word, which stands out where there is room. */
export function splitVerdict(verdict: JobVerdict): { word: string; rest: string } {
  const message = verdictMessage(verdict);
  const end = message.indexOf(': ');
  return { word: message.slice(0, end), rest: message.slice(end + 2) };
}

export function advice(verdict: JobVerdict, measurement: Measurement | null): Markup | null {
  const messages = adviceMessages(verdict, measurement);
  if (messages.length === 0) return null;
  return html`<div class="advice"><h3>What to do</h3><ul>${messages.map((each) => html`<li>${each}</li>`)}</ul></div>`;
}
