import type { SeriesIdentity, SourceName } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import { formatCount, formatNumber, formatSeriesName } from '../../report/text/format-values.ts';
import type { RemovableSeries } from '../../store/deletion/series-removal.ts';
import { EXIT } from '../flags/exit-codes.ts';
import { describeSelection, formatNames } from '../flags/selection-flags.ts';
import { type Io, printText } from '../process/io.ts';
import { askUser } from '../question.ts';

export interface SeriesSelection {
  host?: string;
  source?: SourceName;
  role?: string;
}

/**
 * Removes the selected series after a question. Resolves to the exit code.
 * @throws CredWatchError if no series matches, or if the question cannot be asked
 */
export async function removeSeries(
  path: string,
  selection: SeriesSelection,
  { yes, dryRun }: { yes: boolean; dryRun: boolean },
  io: Io,
): Promise<number> {
  if (!yes && !dryRun && !io.canAsk())
    throw new CredWatchError(
      '--remove-series asks first, and standard input is not a terminal',
      'add --yes to remove without a question, or --dry-run to only see the series',
    );
  const { SeriesRemoval } = await import('../../store/deletion/series-removal.ts');
  using removal = SeriesRemoval.open(path);
  const found = removal.list(selection);
  if (found.length === 0) throw createNoMatchError(path, selection, removal.list({}));
  await printText(io, found.map((each) => `${describeSeries(each)}\n`).join(''));
  const count = `${formatNumber(found.length)} series`;
  if (dryRun) {
    await printText(io, `${count} would be removed\n`);
    return EXIT.ok;
  }
  if (!yes && !(await askUser(`Remove ${count}? This cannot be undone.`, io))) {
    await printText(io, 'nothing changed\n');
    return EXIT.ok;
  }
  const removed = removal.remove(found.map(({ identity }) => identity));
  await printText(io, `${count} removed: ${describeRows(sumRows(removed))}\n`);
  return EXIT.ok;
}

/** `vm · profile: 3 failed polls`. */
const describeSeries = (series: RemovableSeries): string =>
  `${formatSeriesName(series.identity)}: ${describeRows(series)}`;

type Rows = Omit<RemovableSeries, 'identity'>;

const describeRows = ({ generations, samples, failedPolls }: Rows): string =>
  [
    formatCount(samples, 'sample'),
    ...(generations === 0 ? [] : [formatCount(generations, 'generation')]),
    formatCount(failedPolls, 'failed poll'),
  ].join(', ');

const sumRows = (removed: readonly Rows[]): Rows => ({
  generations: removed.reduce((sum, each) => sum + each.generations, 0),
  samples: removed.reduce((sum, each) => sum + each.samples, 0),
  failedPolls: removed.reduce((sum, each) => sum + each.failedPolls, 0),
});

function createNoMatchError(
  path: string,
  selection: SeriesSelection,
  stored: readonly RemovableSeries[],
): CredWatchError {
  const names = formatNames(stored.map(({ identity }) => formatSeriesName(identity)));
  return new CredWatchError(
    `no series in ${path} has ${describeSelection(selection)}`,
    stored.length === 0 ? 'the database has no series' : `the database has these series: ${names}`,
  );
}

/** The hosts and sources without samples. `prune --older-than` never deletes them. */
export async function findUnsampledSeries(path: string): Promise<SeriesIdentity[]> {
  const { SeriesRemoval } = await import('../../store/deletion/series-removal.ts');
  using removal = SeriesRemoval.open(path);
  return removal
    .list({})
    .filter(({ generations }) => generations === 0)
    .map(({ identity }) => identity);
}
