import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { runCommand, startCommand } from '../../support/cli/run-command.ts';
import { startSimulation, written } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import {
  describeReader,
  findProgram,
  type Reader,
} from '../../support/credential-formats/describe-reader.ts';
import { RULES_FOLDER } from '../../support/deploy/rule-tests.ts';
import { ENGINES, getJson, startEngine, waitFor } from '../../support/engines/engine.ts';
import { findFreePort } from '../../support/free-port.ts';
import { ciTest } from '../../support/thorough.ts';

const WAIT_MS = 30_000;
/** No program of this test ends earlier. */
const TEST_MS = 110_000;

interface Alert {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

interface QueryResult {
  data: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

function requireProgram(reader: Reader): string {
  const program = findProgram(reader);
  if (program === null) throw new Error(`${reader.program} is missing: apt-get install ${reader.package}`);
  return program;
}

/** Starts node_exporter, Alertmanager and Prometheus with the rules of the repository. */
async function startStack(prometheus: string, pageUrl: string) {
  const folder = temporaryFolder();
  const textfiles = join(folder, 'textfiles');
  mkdirSync(textfiles);
  const [nodePort, alertPort, port] = [await findFreePort(), await findFreePort(), await findFreePort()];
  await startEngine(
    requireProgram(ENGINES.nodeExporter),
    [
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${textfiles}`,
      `--web.listen-address=127.0.0.1:${nodePort}`,
    ],
    nodePort,
    '/metrics',
  );
  const receivers = join(folder, 'alertmanager.json');
  writeFileSync(receivers, JSON.stringify({ route: { receiver: 'none' }, receivers: [{ name: 'none' }] }));
  const alertmanager = await startEngine(
    requireProgram(ENGINES.alertmanager),
    [
      `--config.file=${receivers}`,
      `--storage.path=${join(folder, 'alerts')}`,
      `--web.listen-address=127.0.0.1:${alertPort}`,
      '--cluster.listen-address=',
    ],
    alertPort,
    '/-/ready',
  );
  // Only the delay of the alert on an unsafe job is shorter, so that the test is.
  const rules = join(folder, 'alerts.yml');
  const text = readFileSync(join(RULES_FOLDER, 'alerts.yml'), 'utf8');
  writeFileSync(rules, text.replace(/(alert: CredWatchJobUnsafe\n.*\n +for: )5m/, '$12s'));
  const config = join(folder, 'prometheus.json');
  const target = (url: string) => [{ targets: [new URL(url).host] }];
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rules, join(RULES_FOLDER, 'recording.yml')],
      alerting: { alertmanagers: [{ static_configs: target(alertmanager.url) }] },
      scrape_configs: [
        { job_name: 'node', static_configs: target(`http://127.0.0.1:${nodePort}`) },
        { job_name: 'page', static_configs: target(pageUrl) },
      ],
    }),
  );
  const { url } = await startEngine(
    prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    port,
    '/-/ready',
  );
  return {
    textfile: join(textfiles, 'cred_watch.prom'),
    /** The present values of a query. */
    async query(query: string) {
      const found = (await getJson(`${url}/api/v1/query?query=${encodeURIComponent(query)}`)) as QueryResult;
      return found.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    /** The alerts that have reached Alertmanager. */
    listAlerts: async () => (await getJson(`${alertmanager.url}/api/v2/alerts`)) as Alert[],
  };
}

describeReader('Prometheus', ENGINES.prometheus, (prometheus) => {
  ciTest(
    'an alert reaches Alertmanager for the host whose credentials become too short, and for no other',
    async () => {
      const timing = ['--rotate-every', '3s', '--jitter', '0s', '--role', 'loader', '--no-log'];
      const healthy = await startSimulation(['--lifetime', '6h', ...timing], { timeoutMs: TEST_MS });
      const short = await startSimulation(['--lifetime', '20m', ...timing], { timeoutMs: TEST_MS });
      const db = join(temporaryFolder(), 'samples.db');
      const pagePort = await findFreePort();
      const pageUrl = `http://127.0.0.1:${pagePort}`;
      const poller = startCommand(
        [
          ...['poll', '--interval', '10s', '--host', 'scraped', '-j', '1h'],
          ...['--listen', `127.0.0.1:${pagePort}`, '--db', join(temporaryFolder(), 'page.db')],
        ],
        { env: healthy.environment, timeoutMs: TEST_MS },
      );
      await written(poller, /scraped/);
      const stack = await startStack(prometheus, pageUrl);

      const poll = async (host: string, env: Readonly<Record<string, string>>) =>
        expect(await runCommand(['poll', '--host', host, '--db', db], { env })).toMatchObject({ code: 0 });
      const pollBoth = async (rounds: number, env: Readonly<Record<string, string>>) => {
        for (let round = 0; round < rounds; round += 1) {
          await Promise.all([poll('steady', healthy.environment), poll('changing', env), pause(1000)]);
          const args = ['report', '--db', db, '-j', '1h', '-f', `prometheus=${stack.textfile}`];
          expect([0, 1, 3]).toContain((await runCommand(args)).code);
        }
      };
      await pollBoth(10, healthy.environment);
      const isSafe = async () => {
        const safe = await stack.query('cred_watch_job_safe{job="node"}');
        return safe.length === 2 && safe.every(({ value }) => value === 1) ? safe : null;
      };
      await waitFor(isSafe, WAIT_MS);
      expect(await stack.listAlerts()).toEqual([]);

      await pollBoth(3, short.environment);
      const alerts = await waitFor(async () => {
        const found = await stack.listAlerts();
        return found.length > 0 ? found : null;
      }, WAIT_MS);
      expect(alerts.map(({ labels }) => [labels.alertname, labels.host, labels.job_name])).toEqual([
        ['CredWatchJobUnsafe', 'changing', '1h'],
      ]);
      expect(alerts[0]?.annotations.summary).toBe('Job 1h is not safe on changing');

      // Both ways of scraping have worked, and the recording rules have values.
      expect(await stack.query('node_textfile_scrape_error')).toMatchObject([{ value: 0 }]);
      const scraped = await stack.query('cred_watch_observed_remaining_seconds{job="page"}');
      expect(scraped).toMatchObject([{ metric: { host: 'scraped', role: 'loader' } }]);
      const share = await stack.query('job_name:cred_watch_job_safe:avg');
      expect(share.map(({ value }) => value < 1)).toEqual([true]);
      expect(await stack.query('cred_watch:host_sources:count')).toMatchObject([{ value: 3 }]);
      poller.child.kill('SIGTERM');
      expect(await poller.done).toMatchObject({ code: 0 });
    },
  );
});
