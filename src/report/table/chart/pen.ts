/** How the chart is drawn: so many dots to a cell, and the signs around them. */
export interface Pen {
  across: number;
  down: number;
  /** @param dots numbered by row from the top, then by column */
  cell(dots: ReadonlySet<number>): string;
  line: string;
  crossing: string;
  axis: string;
  labelled: string;
  broken: string;
  corner: string;
  floor: string;
  tick: string;
  rotation: string;
  rotationAtTick: string;
  window: string;
  gap: string;
  failedPoll: string;
}

/** Unicode numbers the dots of its Braille patterns in the order in which Braille cells grew from six dots to eight. */
const BRAILLE_BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
const BRAILLE_BLANK = 0x2800;

const UNICODE: Pen = {
  across: 2,
  down: 4,
  cell: (dots) =>
    dots.size === 0
      ? ' '
      : String.fromCodePoint([...dots].reduce((code, dot) => code + BRAILLE_BITS[dot]!, BRAILLE_BLANK)),
  line: '─',
  crossing: '┼',
  axis: '│',
  labelled: '┤',
  broken: '┊',
  corner: '└',
  floor: '─',
  tick: '┬',
  rotation: '┴',
  rotationAtTick: '┼',
  window: '≈',
  gap: '░',
  failedPoll: '×',
};

const ASCII: Pen = {
  across: 1,
  down: 2,
  cell: (dots) => (dots.size === 0 ? ' ' : dots.size === 2 ? ':' : dots.has(0) ? "'" : '.'),
  line: '-',
  crossing: '+',
  axis: '|',
  labelled: '|',
  broken: ':',
  corner: '+',
  floor: '-',
  tick: '+',
  rotation: '^',
  rotationAtTick: '^',
  window: '~',
  gap: '?',
  failedPoll: 'x',
};

export const chartPen = (ascii: boolean): Pen => (ascii ? ASCII : UNICODE);
