import { countColumns } from './display-width.ts';
import { DURATION, joinParts } from './unbroken.ts';

/** A column next to a column of names. */
interface OtherColumn {
  label: string;
  width: number;
  cells: readonly string[];
}

/** The space between two columns. */
const COLUMN_SPACE = 2;

/**
 * Returns the widths of the other columns. They give space to the column of names until the longest name fits that can
 * fit: first unused space, then the space that texts save if they continue on the next line. Labels do not continue.
 * @param free the width of the column of names if the other columns have their own widths
 */
export function makeRoomForNames(
  names: readonly string[],
  others: readonly OtherColumn[],
  free: number,
): number[] {
  const widths = others.map(({ width }) => width);
  const needs = [measureLines, measureWords].map((measure) =>
    others.map(({ label, width, cells }) =>
      Math.min(width, Math.max(countColumns(label), ...cells.flatMap(measure)) + COLUMN_SPACE),
    ),
  );
  const [, smallest = widths] = needs;
  const largest = free + sum(widths) - sum(smallest);
  const target = Math.max(0, ...names.flatMap(measureWords).filter((length) => length <= largest));
  let missing = target - free;
  for (const need of needs) {
    for (let column = widths.length - 1; column >= 0 && missing > 0; column -= 1) {
      const given = Math.min(missing, (widths[column] ?? 0) - (need[column] ?? 0));
      widths[column] = (widths[column] ?? 0) - given;
      missing -= given;
    }
  }
  return widths;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

const measureLines = (text: string) => text.split('\n').map(countColumns);

/** No line ends within a duration. */
const measureWords = (text: string) =>
  joinParts(text, DURATION, Number.POSITIVE_INFINITY).split(/\s+/).map(countColumns);
