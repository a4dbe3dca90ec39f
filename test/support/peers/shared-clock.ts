import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Seconds } from '../../../src/domain/model.ts';
import { repositoryPath } from '../cli/program-run.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { createSkippingClock } from './skipping-clock.ts';

/** A clock that this process, programs in Node and `botocore-client.py` share. */
export function createSharedClock(finished?: (clean: () => void) => void) {
  const file = join(temporaryFolder(finished), 'shifted-time');
  const clock = createSkippingClock();
  const write = () => writeFileSync(file, String(clock.skipped()));
  write();
  return {
    clock,
    environment: {
      SHIFTED_TIME_FILE: file,
      NODE_OPTIONS: `--require ${repositoryPath('test/support/peers/shifted-time.cjs')}`,
    },
    skip(seconds: Seconds) {
      clock.skip(seconds);
      write();
    },
  };
}
