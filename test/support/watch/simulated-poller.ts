import type { Clock } from '../../../src/clock.ts';
import type { SeriesHistory } from '../../../src/domain/model.ts';
import type { RotationTiming } from '../../../src/server/credentials/rotation-schedule.ts';
import { NO_FAULTS } from '../../../src/server/faults/fault-plan.ts';
import type { CredentialSource } from '../../../src/sources/source.ts';
import type { PollContext, RecordedPoll } from '../../../src/watch/poll-once.ts';
import { watch } from '../../../src/watch/watch.ts';
import { seededRandom } from '../random.ts';
import { createStoppedClock, startPolled } from '../server/polled-simulator.ts';
import { temporaryStore } from '../store/temporary-store.ts';

/** Starts the real simulator and the real poller over loopback. Both use the same fake clock. */
export async function startSimulatedPoller(
  shape: 'imds' | 'ecs',
  rotationTiming: RotationTiming,
  seed = 'test',
) {
  const { clock: stopped, withoutPauses, pass } = createStoppedClock();
  const startedAt = stopped.now();
  const simulator = await startPolled(shape, {
    clock: stopped,
    rotationTiming,
    seed,
    startedAt,
    poller: { clock: withoutPauses },
  });
  /** Sleeping advances the time at once, so one day of polls takes one second. */
  const clock: Clock = {
    now: stopped.now,
    sleep: async (milliseconds, signal) => {
      if (!signal?.aborted) pass(Math.max(0, milliseconds) / 1000);
    },
  };
  const store = temporaryStore();
  const random = seededRandom(7);
  const context: PollContext = { source: simulator.source, store, host: 'h', machine: 'm' };
  return {
    ...simulator,
    clock,
    context,
    random,
    /** The time of the first rotation after an instant. */
    rotationAfter(instant: number): number {
      const { issuer } = simulator.simulation;
      const served = (at: number) => issuer.issue(shape, at, NO_FAULTS).loggedKeyId;
      let before = Math.floor(instant / 1000) * 1000;
      for (const step of [300_000, 10_000, 1000])
        while (served(before + step) === served(before)) before += step;
      return before + 1000;
    },
    /** Polls for some hours. Returns each poll with its time and with the history after it. */
    async pollFor(hours: number, interval = 300, source: CredentialSource = context.source) {
      const polls: { at: number; recorded: RecordedPoll; history: SeriesHistory }[] = [];
      await watch(
        { ...context, source },
        {
          interval,
          duration: hours * 3600,
          clock,
          random,
          stop: new AbortController().signal,
          onPoll: (recorded) => {
            const at = recorded.outcome.observedAt;
            polls.push({ at, recorded, history: store.histories()[0]! });
          },
        },
      );
      return polls;
    },
  };
}
