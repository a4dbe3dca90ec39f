import { formatDuration } from '../../../src/domain/time/duration.ts';
import type { KindResult } from './tables.ts';

/** The results of one kind, of the version before and of the current version. */
interface Pair {
  before: KindResult;
  after: KindResult;
}

/** A column that shows both versions. */
interface Column {
  title: string;
  show(result: KindResult): string;
}

const showShare = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(part === 0 ? 0 : 2)} %`;

const showCount = (part: number, whole: number): string => (whole === 0 ? '–' : `${part} of ${whole}`);

/** The tables of docs/accuracy.md, by name. */
const COLUMNS = {
  'false-safe': [
    { title: 'false `safe`', show: ({ falseSafe, safe }) => showCount(falseSafe, safe) },
    {
      title: 'false `start-after-rotation`',
      show: ({ falseAfterRotation, afterRotation }) => showCount(falseAfterRotation, afterRotation),
    },
    { title: 'false `never`', show: ({ falseNever, never }) => showCount(falseNever, never) },
    { title: 'fails within an hour', show: ({ failingSoon, safe }) => showShare(failingSoon, safe) },
  ],
  'worst-case': [
    { title: 'histories above the truth', show: ({ tooHigh, histories }) => showCount(tooHigh, histories) },
    { title: 'largest excess', show: ({ largestExcess }) => formatDuration(largestExcess) },
    { title: 'negative intervals', show: ({ negativeIntervals }) => `${negativeIntervals}` },
    { title: 'impossible validity', show: ({ impossibleValidities }) => `${impossibleValidities}` },
  ],
  pessimism: [
    { title: 'mean worst case', show: ({ meanWorstCase }) => formatDuration(meanWorstCase) },
    { title: 'mean below the truth', show: ({ meanDeficit }) => formatDuration(meanDeficit) },
    {
      title: 'comfortable jobs refused',
      show: ({ refused, comfortable }) => showShare(refused, comfortable),
    },
  ],
  'next-day': [
    { title: '`safe` verdicts', show: ({ forward }) => `${forward.safe}` },
    { title: 'margin used on the next day', show: ({ forward }) => `${forward.short}` },
    { title: 'some start failed', show: ({ forward }) => `${forward.failed}` },
    {
      title: 'chance that a start failed',
      show: ({ forward }) => showShare(forward.failedShare, forward.safe),
    },
  ],
} as const satisfies Record<string, readonly Column[]>;

export type TableName = keyof typeof COLUMNS;
// Object.keys() returns string[], although the table has these keys only.
export const TABLE_NAMES = Object.keys(COLUMNS) as readonly TableName[];

/** A Markdown table with a line per kind, and the columns before and after. */
export function renderTable(name: TableName, pairs: readonly Pair[]): string {
  const columns: readonly Column[] = COLUMNS[name];
  const titles = columns.flatMap(({ title }) => [`${title}, before`, 'after']);
  const lines = pairs.map(({ before, after }) => [
    after.kind,
    ...columns.flatMap(({ show }) => [show(before), show(after)]),
  ]);
  const rows = [['kind', ...titles], ['---', ...titles.map(() => '---:')], ...lines];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Reads a result file: one kind per line. */
export const parseResults = (text: string): KindResult[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** @throws RangeError if the two files do not contain the same kinds */
export function pairResults(before: readonly KindResult[], after: readonly KindResult[]): Pair[] {
  return after.map((each, index) => {
    const other = before[index];
    if (other?.kind !== each.kind) throw new RangeError(`there is no result before for "${each.kind}"`);
    return { before: other, after: each };
  });
}
