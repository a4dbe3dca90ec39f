import { describe } from 'vitest';
import { isThorough } from '../thorough.ts';
import { AWS_CLI, obtainByAwsCli } from './aws-cli.ts';
import type { ObtainCredentials } from './client.ts';
import { describeClient } from './installed-client.ts';
import { obtainByJavaScript } from './javascript-sdk.ts';
import { obtainByRclone, RCLONE } from './rclone.ts';

export type ClientName = 'javascript' | 'cli' | 'go';

export const JAVASCRIPT = 'the AWS SDK for JavaScript';
export const CLI = 'the AWS CLI';
export const GO = 'rclone with the AWS SDK for Go';

/** These clients take long to start, so only CI (`CI=true`) runs them on more than the main shapes. */
export const runsOnlyInCi = (client: ClientName) => client !== 'javascript' && !isThorough;

type ClientTests = (client: ClientName, obtain: ObtainCredentials) => void;

/**
 * Runs the same tests with three SDK families, because each tolerates other deviations. A local run has one of them,
 * because {@link describeEveryClient} uses all.
 */
export function describeEachClient(tests: ClientTests): void {
  if (isThorough) describeEveryClient(tests);
  else describe(JAVASCRIPT, () => tests('javascript', obtainByJavaScript));
}

/** As {@link describeEachClient}, with all families also in a local run. */
export function describeEveryClient(tests: ClientTests): void {
  describe(JAVASCRIPT, () => tests('javascript', obtainByJavaScript));
  describeClient(CLI, AWS_CLI, () => tests('cli', obtainByAwsCli));
  describeClient(GO, RCLONE, () => tests('go', obtainByRclone));
}
