import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import type { StartCheckStore } from '../../store/memory-store.ts';

/**
 * The hosts, and the roles of the same host, whose samples do not help to judge. Users expect a forecast if the database
 * has any history, so this explains why there is none.
 */
export function listOtherSeries(
  store: Pick<StartCheckStore, 'seriesNames'>,
  { identity, nextRotation, verdict, outlook }: NowJudgement,
): string[] {
  if (identity === null || verdict === 'safe' || nextRotation !== null || outlook === 'never') return [];
  const { host, role } = identity;
  return [
    ...store.seriesNames('host').filter((each) => each !== host),
    ...store
      .seriesNames('role', { host })
      .filter((each) => each !== role && each !== '')
      .map((each) => `the role ${each}`),
  ];
}
