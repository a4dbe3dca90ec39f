// Polls 1,000 endpoints in warm rounds, as `poll --targets` does, and compares the CPU time with a minimal node:http
// client that sends the same requests and keeps nothing. Container endpoints keep their connections, and IMDS closes
// them. Several simulators run, because each accepts 512 connections, and both clients keep theirs. Only ratios of one run are comparable.
// Usage: node bench/targets.mjs [--targets N] [--rounds N] [--json]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleProgram, runForJson } from './harness/bundles.mjs';
import { PROGRAM } from './harness/commands.mjs';
import { startServer } from './harness/load.mjs';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '9' },
    json: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'cred-watch-bench-'));
const bundle = await bundleProgram('targets', rounds());
const bareMemory = runForJson(['-e', 'console.log(process.resourceUsage().maxRSS)']);
try {
  for (const kind of ['container', 'imds']) {
    const simulators = [];
    for (let index = 0; index <= Number(values.targets) / 200; index += 1) {
      const shape = kind === 'imds' ? 'imds' : 'ecs';
      const flags = ['--listen', '127.0.0.1:0', '--shape', shape, '--no-log', '-f', 'json'];
      simulators.push(await startServer([PROGRAM, 'simulate', ...flags]));
    }
    const urls = simulators.map(({ hello: { endpoints, environment } }) =>
      kind === 'imds' ? endpoints[0] : environment.ecs.AWS_CONTAINER_CREDENTIALS_FULL_URI,
    );
    try {
      const database = join(folder, `${kind}.db`);
      const result = runForJson([bundle, kind, values.targets, values.rounds, database, ...urls]);
      const memory = result.maxRss / bareMemory;
      if (values.json) console.log(JSON.stringify({ kind, ...result, memory }));
      else {
        console.log(
          `${kind}: a warm round of ${values.targets} targets takes ${result.ours.cpu.toFixed(0)} ms of CPU time ` +
            `(${(result.ours.cpu / result.bare.cpu).toFixed(2)} × node:http) in ${result.ours.wall.toFixed(0)} ms ` +
            `(${(result.ours.wall / result.bare.wall).toFixed(2)} ×); peak memory ` +
            `${(result.maxRss / 1024).toFixed(0)} MiB (${memory.toFixed(2)} × bare node)`,
        );
      }
    } finally {
      for (const simulator of simulators) await simulator.stop();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { force: true });
}

/** The program that polls and compares. It prints medians as JSON. */
function rounds() {
  return `
    import { Agent, request } from 'node:http';
    import { systemClock as clock } from './src/clock.ts';
    import { createLocalSource } from './src/sources/open.ts';
    import { createSocketExchange } from './src/sources/http/socket-exchange.ts';
    import { SampleStore } from './src/store/sample-store.ts';
    import { PollPool } from './src/watch/targets/poll-pool.ts';
    import { pollEachTarget } from './src/watch/targets/watch-targets.ts';

    const [kind, count, rounds, database, ...urls] = process.argv.slice(2);
    const isImds = kind === 'imds';
    const numbers = Array.from({ length: Number(count) }, (_, index) => index);
    const getUrl = (index) => urls[index % urls.length];
    const store = SampleStore.open(database);
    const pool = new PollPool(store, { quick: 32, total: 256 }, clock);
    const targets = numbers.map((index) => {
      const variable = isImds ? 'AWS_EC2_METADATA_SERVICE_ENDPOINT' : 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
      const env = { [variable]: getUrl(index) };
      const exchange = createSocketExchange({ keepsConnection: !isImds });
      const source = createLocalSource(kind, { env, clock, random: Math.random, discoverHost: false, exchange });
      return { context: { source, store, host: 'host-' + index, machine: 'bench' } };
    });
    async function ours() {
      const { signal } = new AbortController();
      let samples = 0;
      const onPoll = (_, { outcome }) => { samples += outcome.ok ? 1 : 0; };
      await pollEachTarget(targets, { pool, clock, stop: signal, onPoll });
      if (samples !== targets.length) throw new Error(samples + ' samples');
    }

    const agents = numbers.map(() => new Agent({ keepAlive: !isImds }));
    const get = (url, options) => new Promise((resolve, reject) => {
      const sent = request(url, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece) => { text += piece; }).on('end', () => resolve(text));
      });
      sent.on('error', reject).end();
    });
    const tokens = new Map();
    async function bareOnce(index) {
      const url = getUrl(index);
      const agent = agents[index];
      if (!isImds) return JSON.parse(await get(url, { agent }));
      const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
      if (!tokens.has(index)) tokens.set(index, await get(url + '/latest/api/token', { agent, method: 'PUT', headers: ttl }));
      const headers = { 'x-aws-ec2-metadata-token': tokens.get(index) };
      const roles = url + '/latest/meta-data/iam/security-credentials/';
      return JSON.parse(await get(roles + await get(roles, { agent, headers }), { agent, headers }));
    }
    async function bare() {
      let next = 0;
      const work = async () => { while (next < numbers.length) await bareOnce(next++); };
      await Promise.all(Array.from({ length: 32 }, work));
    }

    async function measure(round) {
      const [cpu, at] = [process.cpuUsage(), performance.now()];
      await round();
      const { user, system } = process.cpuUsage(cpu);
      return { cpu: (user + system) / 1000, wall: performance.now() - at };
    }
    const median = (results, figure) => results.map((each) => each[figure]).sort((a, b) => a - b)[results.length >> 1];
    (async () => {
      const results = { ours: [], bare: [] };
      let maxRss = 0;
      for (let index = -2; index < Number(rounds); index += 1) {
        for (const [name, round] of Object.entries({ ours, bare })) {
          const result = await measure(round);
          if (index >= 0) results[name].push(result);
          // The comparison needs memory of its own.
          if (index === -2 && name === 'ours') maxRss = process.resourceUsage().maxRSS;
        }
      }
      const summarise = (name) => ({ cpu: median(results[name], 'cpu'), wall: median(results[name], 'wall') });
      console.log(JSON.stringify({ ours: summarise('ours'), bare: summarise('bare'), maxRss }));
      store.close();
      process.exit();
    })();`;
}
