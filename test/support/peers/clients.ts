import { describe } from 'vitest';
import { isThorough } from '../thorough.ts';
import { AWS_CLI, obtainByAwsCli } from './aws-cli.ts';
import type { Obtain } from './client.ts';
import { describeClient } from './installed-client.ts';
import { obtainByJavaScript } from './javascript-sdk.ts';
import { obtainByRclone, RCLONE } from './rclone.ts';

export type ClientName = 'javascript' | 'cli' | 'go';

export const JAVASCRIPT = 'the AWS SDK for JavaScript';
export const CLI = 'the AWS CLI';
export const GO = 'rclone with the AWS SDK for Go';

/** The AWS CLI takes most of a second to start: beside the main shapes, what it does waits for CI (`CI=true`). */
export const waitsForCi = (client: ClientName) => client === 'cli' && !isThorough;

/** The same tests with each of three families, because what one of them tolerates another does not. */
export function describeEachClient(tests: (client: ClientName, obtain: Obtain) => void): void {
  describe(JAVASCRIPT, () => tests('javascript', obtainByJavaScript));
  describeClient(CLI, AWS_CLI, () => tests('cli', obtainByAwsCli));
  describeClient(GO, RCLONE, () => tests('go', obtainByRclone));
}
