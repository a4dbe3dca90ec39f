import { matchers } from './index.ts';

/** Jest makes one for each test file and hands it out wherever it is asked for, with and without its globals. */
const { expect } = require('@jest/globals') as { expect: { extend(matchers: object): void } };

expect.extend(matchers);
