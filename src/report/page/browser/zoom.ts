/** The visible time, in seconds since 1970; `from` < `to`. */
export interface View {
  from: number;
  to: number;
}

const MOVES = ['earlier', 'later', 'in', 'out', 'all'] as const;
export type Move = (typeof MOVES)[number];

export const isMove = (name: string | undefined): name is Move => MOVES.some((move) => move === name);

/** In seconds. A shorter view shows no change. */
const SHORTEST_VIEW = 60;

/** The view after a move, within `whole`. */
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

/** Limits the length of a view, then shifts the view into `whole`. */
export function clampView({ from, to }: View, whole: View): View {
  const full = whole.to - whole.from;
  const length = Math.min(full, Math.max(to - from, Math.min(SHORTEST_VIEW, full)));
  const middle = (from + to) / 2;
  const begin = Math.min(Math.max(middle - length / 2, whole.from), whole.to - length);
  return { from: begin, to: begin + length };
}

export const isFullView = (view: View, whole: View) => view.to - view.from >= whole.to - whole.from;
