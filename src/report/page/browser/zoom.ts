/** The visible time, in seconds since 1970; `from` < `to`. */
export interface View {
  from: number;
  to: number;
}

/** Shifts of the start and the end of a view, as shares of its length. */
const SHIFTS = {
  earlier: [-0.25, -0.25],
  later: [0.25, 0.25],
  in: [0.25, -0.25],
  out: [-0.5, 0.5],
} as const;

export type Move = keyof typeof SHIFTS | 'all';

export const isMove = (name: string | undefined): name is Move =>
  name !== undefined && (name === 'all' || Object.hasOwn(SHIFTS, name));

/** A shorter view shows no change. */
const MIN_VIEW_SECONDS = 60;

/** The view after a move, within `whole`. */
export function applyMove({ from, to }: View, move: Move, whole: View): View {
  if (move === 'all') return whole;
  const [start, end] = SHIFTS[move];
  const length = to - from;
  return clampView({ from: from + start * length, to: to + end * length }, whole);
}

/** Limits the length of a view, then shifts the view into `whole`. */
export function clampView({ from, to }: View, whole: View): View {
  const full = whole.to - whole.from;
  const length = Math.min(full, Math.max(to - from, Math.min(MIN_VIEW_SECONDS, full)));
  const middle = (from + to) / 2;
  const begin = Math.min(Math.max(middle - length / 2, whole.from), whole.to - length);
  return { from: begin, to: begin + length };
}

export const isFullView = (view: View, whole: View) => view.to - view.from >= whole.to - whole.from;
