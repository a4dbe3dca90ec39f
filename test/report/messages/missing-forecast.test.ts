import { expect, test } from 'vitest';
import { describeOutlook, describeWaiting } from '../../../src/report/messages/now.ts';
import { waitUntilSafe } from '../../../src/watch/wait-until-safe.ts';
import { startSimulatedPoller } from '../../support/watch/simulated-poller.ts';

const MINUTE = 60_000;

/** What `check --wait` says before it waits, after polls of a source that rotates every hour. */
async function waitAfter(shape: 'imds' | 'ecs', poll: (simulator: Simulator) => Promise<void>) {
  const simulator = await startSimulatedPoller(shape, { lifetime: 21_600, rotateEvery: 3600, jitter: 0 });
  await poll(simulator);
  const texts: string[] = [];
  const stop = new AbortController();
  await waitUntilSafe(simulator.context, {
    job: { duration: 5.8 * 3600, margin: 300 },
    maxWait: 3600,
    clock: simulator.clock,
    random: () => 0.5,
    stop: stop.signal,
    onPollStart: () => {},
    onWait({ judgement }, _next, limit) {
      texts.push(describeWaiting({ judgement, limit }), describeOutlook(judgement));
      stop.abort();
    },
  });
  return texts;
}

type Simulator = Awaited<ReturnType<typeof startSimulatedPoller>>;

/** Polls every five minutes, from ten minutes before a rotation to 20 minutes after the last of `count` rotations. */
async function watchRotations({ clock, rotationAfter, pollFor }: Simulator, count: number) {
  await clock.sleep(rotationAfter(clock.now()) - 10 * MINUTE - clock.now());
  await pollFor(count - 1 + 0.5, 300);
}

const NO_ROTATION = 'no rotation seen yet, so no forecast';
const ONE_ROTATION = 'one rotation seen so far; a forecast needs two';

test.each([
  ['before the first rotation', 0, NO_ROTATION],
  ['after one rotation', 1, ONE_ROTATION],
])('%s of an undated source, the note of --wait says so', async (_, count, reason) => {
  const [waiting, outlook] = await waitAfter('ecs', async (simulator) => {
    if (count > 0) return watchRotations(simulator, count);
    const { clock, rotationAfter } = simulator;
    await clock.sleep(rotationAfter(clock.now()) + 20 * MINUTE - clock.now());
  });
  expect(waiting).toMatch(new RegExp(`for a rotation; ${reason}$`));
  if (count > 0) expect(outlook).toMatch(new RegExp(`had enough validity; ${reason}$`));
});

test.each([
  ['two rotations of an undated source', 'ecs', 2],
  ['one rotation of a source that dates its credentials', 'imds', 1],
] as const)('after %s, the note of --wait has a forecast', async (_, shape, count) => {
  const [waiting] = await waitAfter(shape, (simulator) => watchRotations(simulator, count));
  expect(waiting).toMatch(/short; the next rotation is expected /);
});
