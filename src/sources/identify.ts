import { openSource, type SourceChoice } from './open.ts';
import { PollError } from './poll-error.ts';
import type { PollOutcome, SourceOptions } from './source.ts';

export interface IdentifiedCredentials {
  /** What a poll knows before its first request. The outcome has failed if it needs a request. */
  outcome: PollOutcome;
  /** The poll stopped before a request or a process, so its failure says nothing about the configuration. */
  needsRequest: boolean;
  /** The endpoint of AWS is on this host, as an emulator, so its key ids need not contain the account. */
  isEmulated: boolean;
}

/** Reads the configuration of a source as a poll does, but sends no request and starts no process. */
export async function identifyCredentials(
  choice: SourceChoice,
  options: SourceOptions,
): Promise<IdentifiedCredentials> {
  let needsRequest = false;
  const beforeRequest = () => {
    needsRequest = true;
    throw new PollError('not-configured', 'offline');
  };
  const source = await openSource(choice, { ...options, discoverHost: false, beforeRequest });
  const outcome = await source.poll();
  return { outcome, needsRequest, isEmulated: source.endpoint?.loopback ?? false };
}
