import { test } from 'vitest';
import { runConformance } from '../../../src/sources/conformance/run-conformance.ts';
import { systemClock } from '../../../src/clock.ts';
import { startSimulated } from '../../support/server/simulated-endpoint.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
const opts = JSON.parse(process.env.TRY ?? '{}');
test('try', async () => {
  const { origin } = await startSimulated(opts);
  const run = await runConformance({ url: new URL(origin), shape: 'imds', clock: systemClock, role: null, token: null });
  console.log(judgeConformance(run, false), run.durationMs, run.exchanges.length, JSON.stringify(run.notes), JSON.stringify(run.unreachable));
  for (const r of run.results) console.log(r.id, r.outcome, r.outcome === 'failed' ? JSON.stringify(r.failures.map(f=>({...f,effects:f.effects.length}))) : 'reason' in r ? JSON.stringify(r.reason) : '', r.exchanges.join(','));
}, 100000);
