import type { FailureFacts } from '../../domain/model.ts';
import { describeFailure } from '../../report/messages/failures/describe-failure.ts';
import type { SourceFlags } from '../flags/source-flags.ts';
import type { Io } from '../process/io.ts';
import { printError } from '../process/messages.ts';

/** A source that the user did not select is named, because `poll` without `--source` polls another one. */
export async function printFailedSample(failure: FailureFacts, flags: SourceFlags, io: Io): Promise<void> {
  const explanation = (await explainFoundKeys(failure, flags, io)) ?? describeFailure(failure);
  await printError(io, `no credentials found: ${explanation.message}`, explanation.hint);
}

/** Null unless SDKs use long-lived keys, or keys without their session token, that no flag selects. */
async function explainFoundKeys(failure: FailureFacts, flags: SourceFlags, io: Io) {
  const { reason, misconfiguration } = failure;
  if (reason !== 'long-lived' && misconfiguration?.code !== 'NO_SESSION_TOKEN') return null;
  if (flags.source !== 'auto' || flags.profile !== undefined || flags.process !== undefined) return null;
  const { findJobSource } = await import('../../sources/probe/job-source.ts');
  const { describeFoundKeys } = await import('../../report/messages/installation/found-keys.ts');
  const { provider, facts } = await findJobSource(io);
  return provider === null ? null : describeFoundKeys(failure, provider, facts);
}
