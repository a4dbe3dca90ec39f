import type { PolledState } from '../../../src/domain/changes/poll-changes.ts';

export const POLLED_STATE: PolledState = {
  host: 'i-0abc',
  source: 'imds',
  result: 'recorded',
  role: 'loader',
  verdict: 'safe',
};
