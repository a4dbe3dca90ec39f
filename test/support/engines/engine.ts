import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Programs of Debian that receive or scrape metrics. */
export const ENGINES = {
  victoriaMetrics: { program: 'victoria-metrics', package: 'victoria-metrics' },
  vmagent: { program: 'vmagent', package: 'victoria-metrics' },
  prometheus: { program: 'prometheus', package: 'prometheus' },
  alertmanager: { program: 'prometheus-alertmanager', package: 'prometheus-alertmanager' },
  nodeExporter: { program: 'prometheus-node-exporter', package: 'prometheus-node-exporter' },
} as const;

const START_TIMEOUT_MS = 20_000;

export interface Engine {
  url: string;
  /** Ends the program with SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts an engine on a loopback port, and waits until it responds. The engine ends with the test.
 * @param readyPath a path that responds 200 as soon as the engine can be used
 */
export async function startEngine(
  program: string,
  args: readonly string[],
  port: number,
  readyPath: string,
): Promise<Engine> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/bin:/bin' } });
  let output = '';
  const record = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', record);
  child.stderr.on('data', record);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(kill);
  };
  onTestFinished(stop);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`${program} has ended: ${output}`);
      const response = await fetch(`${url}${readyPath}`).catch(() => null);
      await response?.arrayBuffer();
      return response?.ok === true ? true : null;
    },
    START_TIMEOUT_MS,
    () => `${program} does not respond: ${output}`,
  );
  return { url, stop };
}

/** Repeats `find` until it returns a value. Fails after the time-out. */
export async function waitFor<T>(
  find: () => Promise<T | null>,
  timeoutMs: number,
  describe: () => string = () => 'the condition was not met in time',
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(describe());
    await pause(100);
  }
}

export async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}: ${await response.text()}`);
  return response.json();
}
