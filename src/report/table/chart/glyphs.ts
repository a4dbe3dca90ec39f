/** Bits of Unicode Braille patterns, in the order of `drawCell`: Unicode numbers dots 7 and 8 last. */
const BRAILLE_BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
const BRAILLE_BLANK = 0x2800;

const UNICODE = {
  dotsPerColumn: 2,
  dotsPerRow: 4,
  /** @param dots numbered row by row from the top left */
  drawCell: (dots: ReadonlySet<number>): string =>
    dots.size === 0
      ? ' '
      : String.fromCodePoint([...dots].reduce((code, dot) => code + (BRAILLE_BITS[dot] ?? 0), BRAILLE_BLANK)),
  requiredLine: '─',
  requiredCrossing: '┼',
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
  drawCell: (dots) => (dots.size === 0 ? ' ' : dots.size === 2 ? ':' : dots.has(0) ? "'" : '.'),
  requiredLine: '-',
  requiredCrossing: '+',
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
