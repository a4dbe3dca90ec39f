import type { SourceName } from '../../domain/model.ts';
import type { SlowEndpoint } from '../../sources/http/endpoint-timer.ts';
import { buildSourceOptions, type SourceFlags } from '../flags/source-flags.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';

/** Endpoints themselves, and a role that an endpoint may assume. */
const POLLS_ENDPOINT: readonly SourceName[] = ['imds', 'container', 'role'];

/**
 * Prints which SDKs do not wait for the endpoint that was polled. A job with such an SDK gets no credentials, however
 * long these last.
 */
export async function printSlowEndpoint(
  slow: SlowEndpoint | null,
  source: SourceName,
  flags: SourceFlags,
  io: Io,
): Promise<void> {
  if (slow === null || !POLLS_ENDPOINT.includes(source)) return;
  const { describeSlowEndpoint } = await import('../../report/messages/provider-chain/job-source.ts');
  const configuredMs = slow.name === 'imds' ? await findTimeLimit(flags, io) : null;
  for (const { message, hint } of describeSlowEndpoint(slow.name, { ...slow, configuredMs }))
    await printNote(io, message, hint);
}

async function findTimeLimit(flags: SourceFlags, io: Io): Promise<number | null> {
  const { readMetadataTimeout } = await import('../../sources/imds/settings.ts');
  const { readProfileFiles } = await import('../../sources/profile/files.ts');
  const options = await buildSourceOptions(flags, io);
  return readMetadataTimeout({ ...options, profileFiles: await readProfileFiles(options) });
}
