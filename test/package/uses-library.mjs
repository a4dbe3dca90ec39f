// Uses the installed library as an ES module. The file is also type-checked.
import { CredWatchError, poll, Report, readReport, SampleStore, sources } from 'cred-watch';

const report = readReport({ host: 'linux' });
const { verdict, series } = report.judge('5h', { margin: 0 });
const { outcome } = await pollImds();
const isRight =
  report instanceof Report &&
  verdict === 'start-after-rotation' &&
  series[0]?.judgement.spareSeconds === -24 &&
  !outcome.ok &&
  outcome.reason === 'unreachable' &&
  readReport({ db: 'polled.db' }).series[0]?.analysis.failedPolls[0]?.count === 1;
if (!isRight) throw new Error(`wrong: ${verdict} ${JSON.stringify(outcome)}`);

try {
  report.judge('for ever');
  throw new Error('no error');
} catch (error) {
  if (!(error instanceof CredWatchError) || error.code !== 'INVALID_ARGUMENT') throw error;
}

async function pollImds() {
  const store = SampleStore.open('polled.db');
  try {
    return await poll({ source: await sources.imds({ limits: { attempts: 1 } }), store });
  } finally {
    store.close();
  }
}
