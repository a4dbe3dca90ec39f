/** Points at which an element is searched, as shares of the height of the window. */
const PROBES = [0.05, 0.2, 0.4, 0.6];

/** Changes the page, and keeps what the user sees at its place, also if parts above it became longer. */
export function keepPosition(change: () => void): void {
  const focused = document.activeElement;
  const visible = scrollY <= 0 ? [] : PROBES.map(findElementAt);
  const before = visible.map((element) => element?.getBoundingClientRect().top ?? 0);
  change();
  const index = visible.findIndex((element) => element?.isConnected);
  if (index >= 0) scrollBy(0, (visible[index]?.getBoundingClientRect().top ?? 0) - (before[index] ?? 0));
  // An element that was moved has lost the focus.
  if (focused instanceof HTMLElement && focused.isConnected && document.activeElement !== focused)
    focused.focus({ preventScroll: true });
}

function findElementAt(share: number): Element | null {
  const element = document.elementFromPoint(innerWidth / 2, innerHeight * share);
  // `main` itself does not move.
  return element?.closest('main > *') === null ? null : element;
}
