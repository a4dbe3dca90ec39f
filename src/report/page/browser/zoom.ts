/** Seconds in sight, `from` < `to`. */
export interface View {
  from: number;
  to: number;
}

export type Move = 'earlier' | 'later' | 'in' | 'out' | 'all';

/** Nothing changes within less. */
const SHORTEST = 60;

/** Where a move leads, within the whole. */
export function applyMove({ from, to }: View, move: Move, whole: View): View {
  const length = to - from;
  switch (move) {
    case 'earlier':
      return clampView({ from: from - length / 4, to: to - length / 4 }, whole);
    case 'later':
      return clampView({ from: from + length / 4, to: to + length / 4 }, whole);
    case 'in':
      return clampView({ from: from + length / 4, to: to - length / 4 }, whole);
    case 'out':
      return clampView({ from: from - length / 2, to: to + length / 2 }, whole);
    case 'all':
      return whole;
  }
}

/** The same length, pushed back inside; never longer than the whole, nor so short that nothing is to be seen. */
export function clampView({ from, to }: View, whole: View): View {
  const full = whole.to - whole.from;
  const length = Math.min(full, Math.max(to - from, Math.min(SHORTEST, full)));
  const middle = (from + to) / 2;
  const begin = Math.min(Math.max(middle - length / 2, whole.from), whole.to - length);
  return { from: begin, to: begin + length };
}

export const isFullView = (view: View, whole: View) => view.to - view.from >= whole.to - whole.from;
