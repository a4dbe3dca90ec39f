import {
  type CrontabRemoval,
  findCrontabRemoval,
  removeCronLines,
} from '../../../domain/installation/crontab-removal.ts';
import { CredWatchError } from '../../../errors.ts';
import type { Environment } from '../../../sources/environment/variables.ts';
import { readCrontabBytes, toText, writeCrontabBytes } from '../install/crontab.ts';

/** @throws CredWatchError if the crontab cannot be read */
export const readCrontabRemoval = async (
  selected: string | null,
  env: Environment,
): Promise<CrontabRemoval> => findCrontabRemoval(toText(await readCrontabBytes(env)), selected);

/**
 * Removes these lines of `init`. Other lines keep their bytes.
 * @throws CredWatchError
 */
export async function removeFromCrontab(shown: readonly string[], env: Environment): Promise<void> {
  const findShown = (bytes: string) =>
    // The user may have edited the crontab during the question.
    findCrontabRemoval(toText(bytes), null).written.filter(({ line }) => shown.includes(line));
  const bytes = await readCrontabBytes(env);
  await writeCrontabBytes(removeCronLines(bytes.split('\n'), findShown(bytes)).join('\n'), env);
  if (findShown(await readCrontabBytes(env)).length === 0) return;
  throw new CredWatchError('`crontab -l` still shows the line', 'delete the line with `crontab -e`');
}
