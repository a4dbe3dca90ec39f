import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { JobJudgement, Verdict } from '../../domain/verdict/job-verdict.ts';
import { describeVerdict, formatSafety, listAdvice } from '../messages/verdicts.ts';
import { getTone, renderIcon } from './icons.ts';
import { html, type Markup } from './markup.ts';

/** @param job shown in front of the safety, if there are several jobs */
export const renderVerdictBadge = (verdict: Verdict, job = ''): Markup =>
  html`<span class="badge ${getTone(verdict)}">${renderIcon(getTone(verdict))}${job !== '' && `${job}: `}${formatSafety(verdict)}</span>`;

/** Splits the message at the first colon, so that the safety can be emphasised. */
export function splitVerdictMessage(judgement: JobJudgement): { safety: string; rest: string } {
  const message = describeVerdict(judgement);
  const end = message.indexOf(': ');
  return { safety: message.slice(0, end), rest: message.slice(end + 2) };
}

export function renderAdvice(judgement: JobJudgement, measurement: Measurement | null): Markup | null {
  const messages = listAdvice(judgement, measurement);
  if (messages.length === 0) return null;
  return html`<div class="advice"><h3>What to do</h3><ul>${messages.map((each) => html`<li>${each}</li>`)}</ul></div>`;
}
