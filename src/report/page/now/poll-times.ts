import type { Instant } from '../../../domain/model.ts';
import type { LastPoll } from '../../context.ts';
import { COUNTERS, type Counter, NO_NEXT_POLL, POLL_RUNS } from '../../messages/polling/live.ts';
import { type Content, html, type Markup } from '../markup.ts';

/** Another process may poll the series, and this process does not know when. */
export type NextPoll = { code: 'POLLED_ELSEWHERE' | 'RUNNING' | 'NONE' } | { code: 'AT'; at: Instant };

/** The script writes the value again every second. */
export const renderCounter = (counter: Counter, at: Instant, now: Instant, latest = at): Markup =>
  html`<span class="counter" data-count="${counter}" data-at="${at}" data-latest="${latest}">${COUNTERS[counter](at, now, latest)}</span>`;

/** @param poll null if another process polls the series */
export const renderLastPoll = (at: Instant, poll: LastPoll | null, now: Instant): Markup =>
  mark('last', poll, renderCounter('ago', at, now));

export function renderNextPoll(poll: LastPoll, now: Instant): Markup {
  const next = findNextPoll(poll);
  const content =
    next.code === 'AT'
      ? renderCounter('next', next.at, now)
      : next.code === 'NONE'
        ? NO_NEXT_POLL
        : POLL_RUNS;
  return mark('next', poll, content);
}

const mark = (kind: 'last' | 'next', poll: LastPoll | null, content: Content): Markup =>
  html`<span data-poll="${poll === null ? '' : `${kind} ${getName(poll)}`}">${content}</span>`;

const getName = ({ source, host }: LastPoll): string => `${source} ${host}`;

export function findNextPoll(poll: LastPoll | null): NextPoll {
  if (poll === null) return { code: 'POLLED_ELSEWHERE' };
  const { nextPollAt: at, endedAt } = poll;
  // An earlier time belongs to the poll that has just ended.
  if (at === null || at < endedAt) return { code: 'RUNNING' };
  return at === Number.POSITIVE_INFINITY ? { code: 'NONE' } : { code: 'AT', at };
}

/** The attribute of the section. The page is requested again soon after this time. A running poll ends soon. */
export function renderNextPollAttribute(polls: readonly (LastPoll | null)[], now: Instant): Markup {
  const times = polls.map(findNextPoll).flatMap((next) => {
    return next.code === 'AT' ? next.at : next.code === 'RUNNING' ? now : [];
  });
  return html`data-next-poll="${times.length === 0 ? '' : Math.min(...times)}"`;
}

/** A value of {@link mark}. Names are escaped, so they contain neither quotes nor angle brackets. */
const MARKED = /<span data-poll="((?:last|next) [^"]*)">((?:<span [^>]*>)?[^<]*(?:<\/span>)?)<\/span>/g;

/**
 * Writes the times of later polls into a page that was rendered earlier, because rendering takes long.
 * @param polls a series without a poll keeps its values
 */
export function updatePollTimes(page: string, polls: readonly LastPoll[], now: Instant): string {
  const known = new Map(polls.map((poll) => [html`${getName(poll)}`.text, poll]));
  const shown: LastPoll[] = [];
  const updated = page.replace(MARKED, (marked: string, name: string, content: string) => {
    const poll = known.get(name.slice('last '.length));
    if (poll === undefined) return marked;
    shown.push(poll);
    if (name.startsWith('next')) return renderNextPoll(poll, now).text;
    const before = Number(/data-at="(\d+)"/.exec(content)?.[1] ?? 0);
    return renderLastPoll(Math.max(before, poll.endedAt), poll, now).text;
  });
  return shown.length === 0
    ? page
    : updated.replace(
        /(?<=<section class="now"[^>]* )data-next-poll="\d*"/,
        renderNextPollAttribute(shown, now).text,
      );
}
