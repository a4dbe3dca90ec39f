// Preloaded into programs of a test (`node --require`): their clock is ahead by the milliseconds in a file. The test
// changes the file while the programs run.
const { readFileSync } = require('node:fs');

const realNow = Date.now;
Date.now = () => realNow() + Number(readFileSync(process.env.SHIFTED_TIME_FILE, 'utf8'));
