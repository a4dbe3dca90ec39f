import { findElement } from '../elements.ts';
import { pageTimes } from '../page-times.ts';
import { updateCounters } from './counters.ts';
import { keepPosition } from './keep-position.ts';
import { mergeElement } from './merge.ts';
import { createServerClock } from './server-clock.ts';

export interface LivePageOptions {
  /** The page is requested again after this time, and soon after a poll. */
  refreshSeconds: number;
  /** By the clock of the server. */
  renderedAt: number;
  /** Called after the page has got new values. */
  onUpdate(): void;
  /** Called if the server has another version of the page. */
  reload(): void;
}

const TICK_MS = 1000;
/** The server needs this time to record a poll. */
const AFTER_POLL_MS = 1500;
const MIN_PAUSE_MS = 2000;
/** A server that does not respond is asked this often. */
const RETRY_MS = 5000;
const TIMEOUT_MS = 20_000;
/** The user copies a selection within this time. */
const MAX_POSTPONED_MS = 60_000;

/** Counts down, and replaces the values of the page by the values of the server, without a reload. */
export function startLivePage({ refreshSeconds, renderedAt, onUpdate, reload }: LivePageOptions): void {
  const clock = createServerClock(renderedAt);
  let isPointerDown = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isUpdating = false;
  let isServerAway = false;

  const tick = () => updateCounters(clock.now(), isServerAway);
  tick();
  setInterval(tick, TICK_MS);
  addEventListener('pointerdown', () => (isPointerDown = true), true);
  for (const type of ['pointerup', 'pointercancel', 'blur'])
    addEventListener(type, () => (isPointerDown = false), true);
  // Timers stop while a device sleeps, and are late in a hidden tab.
  const updateSoon = () => {
    if (document.hidden) return;
    tick();
    schedule(0);
  };
  for (const type of ['visibilitychange', 'resume']) document.addEventListener(type, updateSoon);
  addEventListener('online', updateSoon);
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) updateSoon();
  });
  schedule(computePause());

  function schedule(pause: number): void {
    clearTimeout(timer);
    timer = setTimeout(update, pause);
  }

  /** Soon after the next poll, but at most after `refreshSeconds`. */
  function computePause(): number {
    const usual = refreshSeconds * 1000;
    const { nextPoll = '' } = document.querySelector<HTMLElement>('.now')?.dataset ?? {};
    const untilPoll = Number(nextPoll) - clock.now() + AFTER_POLL_MS;
    if (nextPoll === '' || untilPoll < -usual) return usual;
    return Math.min(usual, Math.max(MIN_PAUSE_MS, untilPoll));
  }

  async function update(): Promise<void> {
    if (isUpdating) return;
    isUpdating = true;
    const wanted = await requestPage();
    isUpdating = false;
    if (wanted === null) {
      showUnreachable();
      schedule(RETRY_MS);
      return;
    }
    setServerAway(false);
    applyWhenIdle(wanted, clock.now() + MAX_POSTPONED_MS);
  }

  /** A change under the pointer or in the selection would disturb the user. A forgotten selection delays it once. */
  function applyWhenIdle(wanted: Document, latest: number): void {
    const isBusy = isPointerDown || getSelection()?.isCollapsed === false;
    if (isBusy && clock.now() < latest) {
      clearTimeout(timer);
      timer = setTimeout(() => applyWhenIdle(wanted, latest), TICK_MS);
      return;
    }
    apply(wanted);
    schedule(computePause());
  }

  /** Null without a page. */
  async function requestPage(): Promise<Document | null> {
    try {
      const [url] = location.href.split('#');
      const response = await fetch(url ?? location.href, {
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) return null;
      const text = await response.text();
      clock.correct(response.headers.get('Date'));
      const page = new DOMParser().parseFromString(text, 'text/html');
      return page.querySelector('main') === null ? null : page;
    } catch {
      return null;
    }
  }

  function apply(wanted: Document): void {
    if (readPolicy(wanted) !== readPolicy(document)) {
      reload();
      return;
    }
    keepPosition(() => {
      mergeElement(findElement(document, 'main'), findElement(wanted, 'main'));
      onUpdate();
    });
    document.title = wanted.title;
    const icon = wanted.querySelector('link[rel=icon]')?.getAttribute('href');
    if (icon != null) findElement(document, 'link[rel=icon]').setAttribute('href', icon);
    tick();
  }

  function showUnreachable(): void {
    if (isServerAway) return;
    const element = findElement<HTMLElement>(document, '.out-of-reach');
    const since = document.createElement('span');
    since.className = 'one-line';
    since.textContent = pageTimes.timestamp(clock.now());
    element.replaceChildren(
      'The server of this page has not responded since ',
      since,
      '. This page shows the last known state.',
    );
    setServerAway(true);
  }

  function setServerAway(isAway: boolean): void {
    isServerAway = isAway;
    findElement<HTMLElement>(document, '.out-of-reach').hidden = !isAway;
    // The style sheet makes the values grey.
    document.body.classList.toggle('server-away', isAway);
    tick();
  }
}

/** The policy has the digests of the script and the style sheet. */
const readPolicy = (page: Document): string | null =>
  page.querySelector('meta[http-equiv=Content-Security-Policy]')?.getAttribute('content') ?? null;
