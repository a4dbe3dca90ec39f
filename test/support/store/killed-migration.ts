import Database from 'better-sqlite3';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { killThisProcess } from '../send-signal.ts';

/** Opens a database, which migrates it, and kills itself after a number of SQL statements of the migration. */
const [, , database = '', count = '0'] = process.argv;
const exec = Database.prototype.exec;
let remaining = Number(count);

Database.prototype.exec = function (sql: string) {
  // The body of a trigger has one statement, and belongs to the trigger.
  for (const statement of sql.split(/;(?=\s)(?!\s*END)/).filter((each) => each.trim() !== '')) {
    exec.call(this, statement);
    remaining -= 1;
    if (remaining === 0) killThisProcess();
  }
  return this;
};

SampleStore.open(database).close();
