import type { SourceName } from '../../../domain/model.ts';

const EXPIRED_ON_ARRIVAL = "AWS returned expired credentials: correct this host's clock";

/** What serves the credentials of a source, and how to get valid ones. */
export const EXPIRED_ADVICE: Record<SourceName, string> = {
  imds: 'the metadata endpoint serves expired credentials: check the trust policy of the role, and restart the proxy or emulator if the endpoint is not IMDS itself',
  container:
    'the container endpoint serves expired credentials: restart the agent that serves them, or the task',
  profile: 'log in again, or run the program that writes the profile',
  process: 'the process returns expired credentials: clear its cache, or log in again',
  environment:
    'restart with new credentials: environment variables do not change while a program runs; `cred-watch sources` shows whether another provider has some',
  'web-identity': EXPIRED_ON_ARRIVAL,
  role: EXPIRED_ON_ARRIVAL,
  sso: EXPIRED_ON_ARRIVAL,
  github: EXPIRED_ON_ARRIVAL,
};
