import type { FailureFacts } from '../../domain/model.ts';
import { describeFailure } from '../../report/messages/failures/describe-failure.ts';
import type { SourceFlags } from '../flags/source-flags.ts';
import type { Io } from '../process/io.ts';
import { printError } from '../process/messages.ts';

/** A source that the user did not select is named, because `poll` without `--source` polls another one. */
export async function printFailedSample(failure: FailureFacts, flags: SourceFlags, io: Io): Promise<void> {
  const explanation = (await describeFoundKeys(failure, flags, io)) ?? describeFailure(failure);
  await printError(io, `no credentials found: ${explanation.message}`, explanation.hint);
}

/** Null unless SDKs use long-lived keys that no flag selects. */
async function describeFoundKeys({ reason }: FailureFacts, flags: SourceFlags, io: Io) {
  if (reason !== 'long-lived' || flags.source !== 'auto') return null;
  if (flags.profile !== undefined || flags.process !== undefined) return null;
  const { findJobSource } = await import('../../sources/probe/job-source.ts');
  const { describeLongLivedKeys } = await import('../../report/messages/installation/long-lived-keys.ts');
  const { provider, facts } = await findJobSource(io);
  return provider === null ? null : describeLongLivedKeys(provider, facts);
}
