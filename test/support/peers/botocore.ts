import { fileURLToPath } from 'node:url';
import type { Environment } from './child-client.ts';
import { type SdkProcess, startSdkProcess } from './sdk-process.ts';

const PROGRAM = fileURLToPath(new URL('botocore-client.py', import.meta.url));

/** Starts a process with the botocore of the AWS CLI. Its environment needs a `shared-clock.ts`. */
export const startBotocore = (environment: Environment, finished: (clean: () => void) => void): SdkProcess =>
  startSdkProcess(['/usr/bin/python3', PROGRAM], environment, finished);
