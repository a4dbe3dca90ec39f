import type { Host, PollCommand } from '../../../src/domain/installation/schedule.ts';

/** A poll of IMDS by a program that npm installed for all users. */
export const createPoll = (changes: Partial<PollCommand> = {}): PollCommand => ({
  node: '/usr/bin/node',
  program: '/usr/local/bin/cred-watch',
  source: 'imds',
  words: ['poll', '--source', 'imds'],
  database: '/var/lib/cred-watch/samples.db',
  isDefaultDatabase: true,
  variables: [],
  inherited: [],
  ...changes,
});

/** A machine that is no container, with neither cron nor systemd. */
export const createHost = (changes: Partial<Host> = {}): Host => ({
  isRoot: false,
  hasSystemd: false,
  hasCrontab: false,
  crontabError: null,
  isCronRunning: true,
  container: null,
  ...changes,
});
