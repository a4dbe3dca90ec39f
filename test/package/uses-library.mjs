// What a user's script does with the installed library, as an ES module; it is type-checked, too.
import { CredWatchError, createImdsSource, pollOnce, Report, readReport, SampleStore } from 'cred-watch';

const report = readReport({ host: 'linux' });
const { verdict, series } = report.judge('5h', { margin: 0 });
const { outcome } = await poll();
const isRight =
  report instanceof Report &&
  verdict === 'start-after-rotation' &&
  series[0]?.judgement.spare === -24 &&
  !outcome.ok &&
  outcome.reason === 'unreachable' &&
  readReport({ db: 'polled.db' }).series[0]?.analysis.failedPolls[0]?.count === 1;
if (!isRight) throw new Error(`wrong: ${verdict} ${JSON.stringify(outcome)}`);

try {
  report.judge('for ever');
  throw new Error('was accepted');
} catch (error) {
  if (!(error instanceof CredWatchError)) throw error;
}

async function poll() {
  const store = SampleStore.open('polled.db');
  try {
    return await pollOnce({ source: await createImdsSource({ limits: { attempts: 1 } }), store });
  } finally {
    store.close();
  }
}
