/** Bits of Unicode Braille patterns, in the order of `drawCell`: Unicode numbers dots 7 and 8 last. */
const BRAILLE_BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
const BRAILLE_BLANK = 0x2800;

/** The dots of one character cell, numbered row by row from the top left. */
export interface CellDots {
  curve: Set<number>;
  /** The line of the shortest validity of each column. */
  edge: Set<number>;
  /** Below the line of a job and above the curve. */
  shortfall: Set<number>;
  /** The same area above the line of the shortest validity, where it can fill most of the chart. */
  sparse: Set<number>;
}

/** Every second dot, so that the curve stays visible. */
const isHatched = (dot: number) => (Math.floor(dot / 2) + dot) % 2 === 0;

/** One dot of a cell. */
const isSparse = (dot: number) => dot === 2;

const drawBraille = (dots: ReadonlySet<number>): string =>
  dots.size === 0
    ? ' '
    : String.fromCodePoint([...dots].reduce((code, dot) => code + (BRAILLE_BITS[dot] ?? 0), BRAILLE_BLANK));

const UNICODE = {
  dotsPerColumn: 2,
  dotsPerRow: 4,
  /** The thickness of the line of the shortest validity. */
  edgeDots: 2,
  drawCell: ({ curve, edge, shortfall, sparse }: CellDots): string =>
    drawBraille(
      new Set([...curve, ...edge, ...[...shortfall].filter(isHatched), ...[...sparse].filter(isSparse)]),
    ),
  requiredLine: '─',
  requiredCrossing: '┼',
  /** Above a validity that is too short. */
  requiredMissed: '━',
  worstCase: '●',
  axis: '│',
  axisAtLabel: '┤',
  axisBreak: '┊',
  corner: '└',
  baseline: '─',
  tick: '┬',
  rotation: '┴',
  rotationAtTick: '┼',
  window: '≈',
  gap: '░',
  failedPoll: '×',
};

/** The characters of the chart, and the number of dots of one character cell. */
export type ChartGlyphs = typeof UNICODE;

const ASCII: ChartGlyphs = {
  dotsPerColumn: 1,
  dotsPerRow: 2,
  edgeDots: 1,
  drawCell: ({ curve, edge, shortfall, sparse }) => {
    if (shortfall.size > 0) return shortfall.has(1) ? '#' : '"';
    if (edge.size > 0) return edge.has(1) ? '_' : '-';
    if (sparse.size > 0) return '.';
    return curve.size === 0 ? ' ' : curve.size === 2 ? ':' : curve.has(0) ? "'" : '.';
  },
  requiredLine: '-',
  requiredCrossing: '+',
  requiredMissed: '=',
  worstCase: 'o',
  axis: '|',
  axisAtLabel: '|',
  axisBreak: ':',
  corner: '+',
  baseline: '-',
  tick: '+',
  rotation: '^',
  rotationAtTick: '^',
  window: '~',
  gap: '?',
  failedPoll: 'x',
};

export const getChartGlyphs = (isAsciiOnly: boolean): ChartGlyphs => (isAsciiOnly ? ASCII : UNICODE);
