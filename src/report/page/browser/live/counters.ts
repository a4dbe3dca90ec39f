import { COUNTERS, isCounter } from '../../../messages/polling/live.ts';

/**
 * Writes all values that depend on the time.
 * @param isServerAway the values of the page are no longer confirmed
 */
export function updateCounters(now: number, isServerAway: boolean): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-count]')) {
    const { count, at, latest } = element.dataset;
    if (!isCounter(count)) continue;
    const text = COUNTERS[count](Number(at), now, Number(latest));
    if (element.textContent !== text) element.textContent = text;
  }
  for (const start of document.querySelectorAll<HTMLElement>('.start')) showAnswer(start, now, isServerAway);
}

/** Shows the answer that is true now. */
function showAnswer(start: HTMLElement, now: number, isServerAway: boolean): void {
  const { until = '', stale = '' } = start.dataset;
  let wanted = isServerAway && start.querySelector('[data-answer=former]') !== null ? 'former' : 'now';
  if (until !== '' && now >= Number(until)) wanted = 'later';
  if (stale !== '' && now >= Number(stale)) wanted = 'stale';
  for (const answer of start.querySelectorAll<HTMLElement>('[data-answer]')) {
    const isHidden = answer.dataset.answer !== wanted;
    if (answer.hidden !== isHidden) answer.hidden = isHidden;
  }
}
