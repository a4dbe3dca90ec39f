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

/** Runs the same tests with three SDK families, because each tolerates other deviations. */
export function describeEachClient(tests: (client: ClientName, obtain: ObtainCredentials) => void): void {
  describe(JAVASCRIPT, () => tests('javascript', obtainByJavaScript));
  describeClient(CLI, AWS_CLI, () => tests('cli', obtainByAwsCli));
  describeClient(GO, RCLONE, () => tests('go', obtainByRclone));
}
