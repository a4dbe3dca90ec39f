import type { SourceName } from '../../../domain/model.ts';
import type { NowJudgement } from '../../../domain/verdict/now-verdict.ts';
import { formatAbout } from '../../text/rough-duration.ts';

const SAME_FLAGS = 'with the same --profile, --role-arn and --duration';

const POLL_COMMANDS: Record<SourceName, string> = {
  imds: '`cred-watch poll --interval 5m`',
  container: '`cred-watch poll --interval 5m`',
  profile: '`cred-watch poll --interval 5m` with the same --profile',
  process: '`cred-watch poll --interval 5m` with the same --process or --profile',
  environment: '`cred-watch poll --source environment`',
  'web-identity': `\`cred-watch poll --source web-identity --interval 15m\` ${SAME_FLAGS}`,
  role: `\`cred-watch poll --source role --interval 15m\` ${SAME_FLAGS}`,
  sso: '`cred-watch poll --source sso --interval 15m` with the same --profile',
  github: `\`cred-watch poll --source github --interval 15m\` ${SAME_FLAGS}`,
};

const HISTORY_WITHOUT_DATABASE = 'solve the problem of the database (see the note), then collect a history';

/** How to get a longer history. */
export function describePolling(
  { identity, polledEverySeconds, hasPoller }: NowJudgement,
  isWithoutDatabase: boolean,
): string {
  if (polledEverySeconds !== null)
    return `keep polling: the history, with samples ${formatAbout(polledEverySeconds)} apart, is still too short`;
  const poll = `run ${POLL_COMMANDS[identity?.source ?? 'imds']}`;
  if (isWithoutDatabase) return `${HISTORY_WITHOUT_DATABASE}: ${poll}`;
  return hasPoller
    ? `collect a history: ${poll}`
    : `collect a history, because nothing polls these credentials yet: set up polling with \`cred-watch init\`, or ${poll}`;
}
