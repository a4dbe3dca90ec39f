import { isSessionTooShort } from '../../../domain/requested-session.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import type { NowJudgement } from '../../../domain/verdict/now-verdict.ts';
import { describeShortSession } from '../provider-chain/role-sessions.ts';

/**
 * After a failed poll: what else is known about the job. As long as polls fail, the next credentials are unknown. Null
 * if nothing is known.
 */
export function describeStoredHistory(judgement: NowJudgement): [label: string, text: string] | null {
  const { outlook, session, required } = judgement;
  if (outlook === 'never' && session !== null && isSessionTooShort(session, required))
    return ['a safe start', describeShortSession(session)];
  const text = describeEarlierSamples(judgement);
  return text === null ? null : ['earlier samples', text];
}

function describeEarlierSamples({ outlook, validityAfterRotation: validity, required }: NowJudgement) {
  if (outlook === 'after-rotation') return 'all new credentials so far had enough validity for this job';
  if (outlook === 'perhaps-after-rotation')
    return validity !== null && validity.min >= required
      ? 'new credentials had hardly more validity than this job needs'
      : 'only some new credentials had enough validity for this job';
  if (validity === null)
    return outlook === 'never' ? 'no credentials had enough validity for this job' : null;
  const [min, max] = [validity.min, validity.max].map((each) => duration(Math.max(0, each)));
  if (validity.max < required) {
    const extent = outlook === 'never' ? '' : 'the history is short; so far, ';
    return `${extent}new credentials were valid for ${max} at most, too short for this job`;
  }
  return `new credentials were valid for ${min === max ? max : `${min} to ${max}`}`;
}
