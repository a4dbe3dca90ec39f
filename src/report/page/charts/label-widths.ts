export interface Tick {
  /** From 0 at the start of the axis to 1 at its end. */
  position: number;
  label: string;
}

export interface TimeTick extends Tick {
  /** Below the label, if it differs from the text below the previous shown label. */
  context?: string;
}

/** Widths of a plot in pixels. From each of them on, the style sheet can show other labels. */
export const PLOT_WIDTHS = [60, 85, 120, 170, 240, 340, 480, 680] as const;

/** Pixels between two labels. */
const MIN_GAP = 8;
const FONT_SIZE = 12;

/** Shares of the font size, in DejaVu Sans. Most fonts are narrower. */
const NARROW = new Map([
  [' ', 0.32],
  ['-', 0.37],
  [':', 0.34],
  ['m', 0.98],
]);
const USUAL_WIDTH = 0.64;

/** Pixels. The font of the reader is not known here. */
export const estimateTextWidth = (text: string): number =>
  FONT_SIZE * [...text].reduce((sum, character) => sum + (NARROW.get(character) ?? USUAL_WIDTH), 0);

/** A text below the axis, and the widths of the plot at which it is shown. */
export interface ShownText {
  text: string;
  position: number;
  line: 'label' | 'context';
  /** The first of these widths. Null for all narrow ones. */
  from: number | null;
  /** The first width without the text. Null for all wide ones. */
  until: number | null;
}

/**
 * The labels that fit below a plot of any width, each in the middle of its tick. A narrow plot has every second or every
 * fourth label. The style sheet chooses, because the width of a window or of paper is not known here.
 */
export function fitLabels(ticks: readonly TimeTick[]): ShownText[] {
  const widths = [null, ...PLOT_WIDTHS];
  const sets = widths.map((width) => chooseLabels(ticks, width ?? 0));
  const texts: ShownText[] = [];
  for (const [index, { label, context = '', position }] of ticks.entries()) {
    const add = (line: ShownText['line'], text: string, isShown: (set: readonly number[]) => boolean) => {
      for (const { from, to } of findRuns(sets.map(isShown))) {
        texts.push({ text, position, line, from: widths[from] ?? null, until: widths[to] ?? null });
      }
    };
    add('label', label, (set) => set.includes(index));
    if (context === '') continue;
    add('context', context, (set) => {
      const at = set.indexOf(index);
      return at >= 0 && context !== (ticks[set[at - 1] ?? -1]?.context ?? '');
    });
  }
  return texts;
}

/** The indexes of the labels at this width, in order. */
function chooseLabels(ticks: readonly TimeTick[], plotWidth: number): number[] {
  const all = [...ticks.keys()];
  const kept = findMostImportant(ticks);
  for (let step = 1; step < ticks.length; step *= 2) {
    const chosen = all.filter((index) => (index - kept) % step === 0);
    if (chosen.length > 1 && areApart(ticks, chosen, plotWidth)) return chosen;
  }
  // One label does not show the scale.
  const ends = [0, ticks.length - 1];
  return ticks.length > 1 && areApart(ticks, ends, plotWidth) ? ends : all.slice(kept, kept + 1);
}

/** The first label of a new day, so that midnight is among every second label. */
function findMostImportant(ticks: readonly TimeTick[]): number {
  const changed = ticks.findIndex(
    ({ context }, index) => index > 0 && context !== undefined && context !== ticks[index - 1]?.context,
  );
  return Math.max(0, changed);
}

function areApart(ticks: readonly TimeTick[], chosen: readonly number[], plotWidth: number): boolean {
  const boxes = chosen.flatMap((index) => {
    const tick = ticks[index];
    if (tick === undefined) return [];
    const half = Math.max(estimateTextWidth(tick.label), estimateTextWidth(tick.context ?? '')) / 2;
    const centre = tick.position * plotWidth;
    return [{ left: centre - half, right: centre + half }];
  });
  return boxes.every(
    ({ left }, index) => left - (boxes[index - 1]?.right ?? Number.NEGATIVE_INFINITY) >= MIN_GAP,
  );
}

/** The parts of the list that are true: from an index (included) to another one (excluded). */
function findRuns(values: readonly boolean[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const [index, value] of values.entries()) {
    const last = runs.at(-1);
    if (!value) continue;
    if (last?.to === index) last.to = index + 1;
    else runs.push({ from: index, to: index + 1 });
  }
  return runs;
}
