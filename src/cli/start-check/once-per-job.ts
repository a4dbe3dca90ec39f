import { digest } from '../../digest.ts';
import { describeJudgedOnceNote } from '../../report/messages/judged-job/judged-job.ts';
import { type CallingJob, JudgeOnce } from '../../watch/judge-once.ts';
import { findCaller, listAncestors } from '../job-process/ancestors.ts';
import { createProcessReader } from '../job-process/process-reader.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { StartCheckContext, StartCheckFlags } from './start-check.ts';

/**
 * @param caller from {@link identifyCaller}
 * @param args the words after the name of this program
 */
export function openJudgeOnce(
  { store, source, job }: StartCheckContext,
  caller: CallingJob | null,
  args: readonly string[],
  io: Io,
): JudgeOnce {
  // The environment can change the source of a command line. `-j auto` can change the duration.
  const { AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = io.env;
  const variables = [AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE];
  const parts = [args, job, source.name, source.endpoint?.url, ...variables];
  const argumentsDigest = digest(JSON.stringify(parts), 32);
  return new JudgeOnce({ store, clock: io.clock, job, caller, arguments: argumentsDigest });
}

/**
 * Call this function before anything that takes time. If the caller ends, this process gets another parent, such as
 * the first process of a container, which must not inherit the judgement.
 */
export async function identifyCaller(
  { job }: StartCheckFlags,
  args: readonly string[],
  io: Io,
): Promise<CallingJob | null> {
  const read = await createProcessReader(io);
  if (read === null) return null;
  if (job !== undefined) {
    const ancestors = await listAncestors(read, io.pid);
    return { kind: 'run', job, ancestorIds: ancestors.map(({ id }) => id) };
  }
  const caller = await findCaller(read, io.pid, args);
  return caller && { kind: 'process', id: caller.id, pid: caller.pid, name: caller.name };
}

export async function printJudgedOnceNote({ note }: JudgeOnce, io: Io): Promise<void> {
  if (note === null) return;
  const { message, hint } = describeJudgedOnceNote(note);
  await printNote(io, message, hint);
}
