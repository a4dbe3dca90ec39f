import type { SampleStore } from '../../store/sample-store.ts';
import type { Io } from '../process/io.ts';
import type { BackgroundPush } from '../push/background-push.ts';
import type { PollFlags } from './poll-flags.ts';

/** Null without `--push`. Pushes a last time when it is disposed. */
export async function openPush(flags: PollFlags, store: SampleStore, io: Io): Promise<BackgroundPush | null> {
  const { push } = flags;
  if (push === undefined) return null;
  const { BackgroundPush } = await import('../push/background-push.ts');
  return BackgroundPush.open({ ...flags, push }, store, io);
}
