// Uses the installed library as a CommonJS program.
const { readReport, Report, SampleStore } = require('cred-watch');
const { analyse, judgeJob } = require('cred-watch/analysis');

async function main() {
  const store = SampleStore.openReadOnly(process.env.CRED_WATCH_DB);
  const [history] = store.histories({ host: 'linux' });
  store.close();
  const analysis = analyse(history, { now: new Date() });
  const { verdict } = judgeJob(analysis, { durationSeconds: 17_976, marginSeconds: 0 });
  const module = await import('cred-watch');
  const isRight = verdict === 'safe' && readReport() instanceof module.Report && Report === module.Report;
  if (!isRight) throw new Error(`wrong: ${verdict}`);
}

void main();
