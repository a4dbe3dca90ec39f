import type { JobCredentials } from '../../domain/provider-chain/job-credentials.ts';
import { describeFailingSdks } from '../../report/messages/provider-chain/failing-sdks.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/** Prints which SDKs fail, although the others use the credentials that are judged. */
export async function printFailingSdks(
  { facts, outcomes }: Pick<JobCredentials, 'facts' | 'outcomes'>,
  io: Io,
): Promise<void> {
  for (const { message, hint } of describeFailingSdks(facts, outcomes)) await printNote(io, message, hint);
}
