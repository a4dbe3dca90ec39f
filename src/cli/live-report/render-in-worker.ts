import { Worker } from 'node:worker_threads';
import { CredWatchError } from '../../errors.ts';
import type { LiveReportRequest } from './render-live-report.ts';
import type { WorkerResult } from './report-worker.ts';

/**
 * Renders a report in a thread of its own. The thread ends with the report, which frees its memory.
 * @param file the built `report-worker.ts`
 * @param stop ends the thread
 */
export async function renderInWorker(
  file: string,
  request: LiveReportRequest,
  stop: AbortSignal,
): Promise<string> {
  if (stop.aborted) throw new CredWatchError('the poller stops');
  const worker = new Worker(file, { workerData: request });
  const terminate = () => void worker.terminate();
  stop.addEventListener('abort', terminate, { once: true });
  try {
    const result = await new Promise<WorkerResult>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () =>
        reject(new CredWatchError('the thread that renders the report ended without a result')),
      );
    });
    if ('text' in result) return result.text;
    throw new CredWatchError(result.message, result.hint, { code: result.code });
  } finally {
    stop.removeEventListener('abort', terminate);
  }
}
