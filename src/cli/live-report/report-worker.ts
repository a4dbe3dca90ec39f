/** The thread that renders the report of `poll --listen`, so that polls and requests are not delayed. */
import { parentPort, workerData } from 'node:worker_threads';
import { CredWatchError, type ErrorCode } from '../../errors.ts';
import { type LiveReportRequest, renderLiveReport } from './render-live-report.ts';

/** Errors lose their class and their own properties between threads, so their data are sent. */
export type WorkerResult = { text: string } | { message: string; hint: string | undefined; code: ErrorCode };

async function run(request: LiveReportRequest): Promise<WorkerResult> {
  try {
    return { text: await renderLiveReport(request) };
  } catch (error) {
    if (error instanceof CredWatchError)
      return { message: error.message, hint: error.hint, code: error.code };
    throw error;
  }
}

void run(workerData).then((result) => parentPort?.postMessage(result));
