// Runs a poller for 2,000 polls and prints its memory: the peak, and the growth in the last quarter of the polls.
// The clock of the poller skips the pauses. Then starts `poll --interval 1h` and measures the CPU time while it waits.
// Usage: node bench/long-run.mjs [--polls N] [--json]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bundleProgram, runForJson } from './harness/bundles.mjs';
import { PROGRAM } from './harness/commands.mjs';
import { startServer } from './harness/load.mjs';

const { values } = parseArgs({
  options: { polls: { type: 'string', default: '2000' }, json: { type: 'boolean', default: false } },
});
const IDLE_SECONDS = 5;
const folder = mkdtempSync(join(tmpdir(), 'cred-watch-bench-'));
const bundle = await bundleProgram('long-run', poller());
const flags = ['--listen', '127.0.0.1:0', '--shape', 'imds', '--no-log', '-f', 'json'];
const simulator = await startServer([PROGRAM, 'simulate', ...flags]);
const [url] = simulator.hello.endpoints;
try {
  const bareMemory = runForJson(['-e', 'console.log(process.resourceUsage().maxRSS)']) / 1024;
  const { peak, atThreeQuarters, atEnd } = runForJson([
    '--expose-gc',
    bundle,
    url,
    values.polls,
    join(folder, 'long.db'),
  ]);
  const idle = await measureIdleCpu();
  const result = { peak, memory: peak / bareMemory, growth: atEnd / atThreeQuarters, idleCpuShare: idle };
  console.log(
    values.json
      ? JSON.stringify(result)
      : `${values.polls} polls: peak memory ${peak.toFixed(0)} MiB (${result.memory.toFixed(2)} × bare node), ` +
          `${result.growth.toFixed(3)} × at the end compared with three quarters; ` +
          `CPU while waiting ${(100 * idle).toFixed(2)} %`,
  );
} finally {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { force: true });
}

/** The share of one CPU that a poller uses between two polls. */
async function measureIdleCpu() {
  const args = [PROGRAM, 'poll', '--interval', '1h', '--db', join(folder, 'idle.db')];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, AWS_EC2_METADATA_SERVICE_ENDPOINT: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    // Waits until the poll has ended, because its end uses CPU time.
    await pause(1000);
    const before = cpuSeconds(child.pid);
    await pause(IDLE_SECONDS * 1000);
    return (cpuSeconds(child.pid) - before) / IDLE_SECONDS;
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
  }
}

/** User and system time of a process in seconds, with a resolution of 10 ms. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The program that polls. Memory is in MiB, as a median, because V8 frees memory at any time. */
function poller() {
  return `
    import { disableWasmTiering } from './src/cli/process/wasm-optimisation.ts';
    import { systemClock } from './src/clock.ts';
    import { createLocalSource } from './src/sources/open.ts';
    import { SampleStore } from './src/store/sample-store.ts';
    import { watch } from './src/watch/watch.ts';

    const [url, count, database] = process.argv.slice(2);
    const polls = Number(count);
    const INTERVAL = 300;
    // As in \`poll --interval\`.
    disableWasmTiering();
    const source = createLocalSource('imds', {
      env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: url }, clock: systemClock, random: Math.random, discoverHost: true,
    });
    const stop = new AbortController();
    let skipped = 0;
    const clock = {
      now: () => Date.now() + skipped,
      sleep: async (milliseconds) => {
        skipped += Math.max(0, milliseconds);
        await new Promise(setImmediate);
        // V8 does this in a pause of some seconds.
        gc();
      },
    };
    const samples = [];
    const store = SampleStore.open(database);
    const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
    watch({ source, store, host: null, machine: 'bench' }, {
      interval: INTERVAL, duration: null, clock, random: Math.random, stop: stop.signal,
      onPoll({ outcome }) {
        if (!outcome.ok) throw new Error(outcome.reason);
        samples.push(process.memoryUsage.rss() / 2 ** 20);
        if (samples.length >= polls) stop.abort();
      },
    }).then(() => {
      const eighth = Math.floor(polls / 8);
      const before = Math.floor(polls * 0.75);
      console.log(JSON.stringify({
        peak: Math.max(...samples),
        atThreeQuarters: median(samples.slice(before - eighth, before)),
        atEnd: median(samples.slice(-eighth)),
      }));
      store.close();
    });`;
}
