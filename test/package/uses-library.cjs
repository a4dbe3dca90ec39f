// What a user's script does with the installed library, as CommonJS.
const { analyse, judgeJob, readReport, Report, SampleStore } = require('cred-watch');

async function main() {
  const store = SampleStore.openReadOnly(process.env.CRED_WATCH_DB);
  const [history] = store.histories({ host: 'linux' });
  store.close();
  const analysis = analyse(history, { now: Date.now(), maxAge: 'default' });
  const { verdict } = judgeJob(analysis, { duration: 17_976, margin: 0 });
  const module = await import('cred-watch');
  const isRight = verdict === 'safe' && readReport() instanceof module.Report && Report === module.Report;
  if (!isRight) throw new Error(`wrong: ${verdict}`);
}

void main();
