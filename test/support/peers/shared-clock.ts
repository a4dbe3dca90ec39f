import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Seconds } from '../../../src/domain/model.ts';
import { repositoryPath } from '../cli/program-run.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { createSkippingClock } from './skipping-clock.ts';

/** For programs in Node whose clock is ahead by the milliseconds in a file. */
export const nodeClockEnvironment = (file: string) => ({
  SHIFTED_TIME_FILE: file,
  NODE_OPTIONS: `--require ${repositoryPath('test/support/peers/shifted-time.cjs')}`,
});

/** A clock that this process, programs in Node and `botocore-client.py` share. */
export function createSharedClock(finished?: (clean: () => void) => void) {
  const file = join(temporaryFolder(finished), 'shifted-time');
  const clock = createSkippingClock();
  const write = () => writeFileSync(file, String(clock.skipped()));
  write();
  return {
    clock,
    environment: nodeClockEnvironment(file),
    skip(seconds: Seconds) {
      clock.skip(seconds);
      write();
    },
  };
}
