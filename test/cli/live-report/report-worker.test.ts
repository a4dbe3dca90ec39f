import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { renderInWorker } from '../../../src/cli/live-report/render-in-worker.ts';
import { type LiveReportRequest, renderLiveReport } from '../../../src/cli/live-report/render-live-report.ts';
import { CredWatchError } from '../../../src/errors.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import type { StoredReportOptions } from '../../../src/watch/stored-report.ts';
import { startProgram } from '../../support/cli/built-program.ts';
import { repositoryPath } from '../../support/cli/program-run.ts';
import { curl } from '../../support/cli/running-simulation.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { fillRichly, NOW, recordSamples } from '../../support/report/rich-store.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const WORKER = repositoryPath('dist/report-worker.js');

const OPTIONS: StoredReportOptions = {
  filter: {},
  jobs: { durations: [5 * 3600], names: [] },
  margin: 300,
  maxAge: 'default',
  confidence: null,
  minWatched: null,
  now: NOW,
};

const request = (database: string, format: LiveReportRequest['format']): LiveReportRequest => ({
  format,
  database,
  options: OPTIONS,
  refreshSeconds: 30,
  nodeVersion: '20.0.0',
  lastPolls: [
    { host: 'i-0abc', source: 'imds', seconds: 0.25, endedAt: NOW, nextPollAt: null },
    { host: 'i-0def', source: 'container', seconds: 0.5, endedAt: NOW, nextPollAt: null },
  ],
});

function filledDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  using store = SampleStore.open(file);
  fillRichly(store);
  return file;
}

const render = (each: LiveReportRequest, stop = new AbortController().signal) =>
  renderInWorker(WORKER, each, stop);

test.each(sampleCases(['html', 'json', 'prometheus'] as const, 3))(
  'the thread of the live report renders %s like the thread of the poller',
  async (format) => {
    const each = request(filledDatabase(), format);
    const expected = await renderLiveReport(each);
    const version = (text: string) =>
      text.replaceAll(/cred-watch \d+\.\d+\.\d+|version="[\d.]+"/g, 'cred-watch 0.0.0');
    expect(version(await render(each))).toBe(version(expected));
    expect(expected).toContain('i-0abc');
  },
);

test('the thread of the live report passes on an error and its hint', async () => {
  const file = join(temporaryFolder(), 'samples.db');
  writeFileSync(file, 'not a database '.repeat(100));
  const error = await render(request(file, 'json')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CredWatchError);
  expect(error).toMatchObject({
    message: `${file} is not a database`,
    hint: 'nothing was changed; name another file with --db or CRED_WATCH_DB',
  });
});

test('the thread of the live report ends when the server stops', async () => {
  const stop = new AbortController();
  const rendering = render(request(filledDatabase(), 'html'), stop.signal);
  stop.abort();
  await expect(rendering).rejects.toThrow('the thread that renders the report ended without a result');
});

ciTest('a poller responds to health checks while it renders a page of many series', async () => {
  const db = join(temporaryFolder(), 'samples.db');
  {
    using store = SampleStore.open(db);
    for (let task = 0; task < 300; task += 1) {
      const identity = { host: 'task', source: 'container', apiVersion: '', role: `role-${task}` } as const;
      recordSamples(store, identity, { from: NOW - 3_600_000, hours: 0 });
    }
  }
  const endpoint = await startEndpoint(() => 'silence');
  const env = { CRED_WATCH_DB: db, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
  const poller = startProgram(['poll', '--interval', '1s', '--listen', '127.0.0.1:0'], { env });
  onTestFinished(() => void poller.child.kill('SIGTERM'));
  const origin = await new Promise<string>((resolve) => {
    let output = '';
    poller.child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, found] = /^note: serving (http:\S+)\/$/m.exec(output) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  let isPageServed = false;
  const page = curl(`${origin}/`).then((response) => {
    isPageServed = true;
    return response;
  });
  let checkCount = 0;
  for (; !isPageServed && checkCount < 1000; checkCount += 1) await curl(`${origin}/healthz`);
  // In the thread of the poller, the page would block all but the first few checks.
  expect(checkCount).toBeGreaterThan(10);
  expect(await page).toMatchObject({ status: 200 });
  poller.child.kill('SIGTERM');
  await endpoint.close();
  await poller.done;
});

test('no thread starts for a poller that stops', async () => {
  const missing = request('/nonexistent/samples.db', 'json');
  await expect(render(missing, AbortSignal.abort())).rejects.toThrow('the poller stops');
});
