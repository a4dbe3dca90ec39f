// The samples of one long series, as a database of cred-watch, as a text log, and as raw rows of SQLite.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { loadModule } from './bundles.mjs';

const SAMPLES_PER_GENERATION = 60;

export const loadLongSeries = () => loadModule('test/support/store/long-series.ts');

/** One line per sample: time, key id, LastUpdated and Expiration. Times are seconds since 1970. */
export function writeLog(file, generations) {
  const output = openSync(file, 'w');
  for (const { firstSeen, lastSeen, accessKeyId, lastUpdated, expiration } of generations) {
    const step = (lastSeen - firstSeen) / (SAMPLES_PER_GENERATION - 1);
    let text = '';
    for (let sample = 0; sample < SAMPLES_PER_GENERATION; sample += 1) {
      const at = Math.floor((firstSeen + sample * step) / 1000);
      text += `${at} ${accessKeyId} ${lastUpdated / 1000} ${expiration / 1000}\n`;
    }
    writeSync(output, text);
  }
  closeSync(output);
}

const TABLE = '(polled BIGINT, key VARCHAR, updated BIGINT, expiration BIGINT)';

/** Writes the samples of a log into a table without keys. */
export function importRows(file, log) {
  const commands = [`CREATE TABLE samples ${TABLE};`, '.separator " "', `.import ${log} samples`];
  execFileSync('sqlite3', [file], { input: commands.join('\n'), stdio: ['pipe', 'ignore', 'inherit'] });
}
