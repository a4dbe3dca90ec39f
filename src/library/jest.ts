import { matchers } from './index.ts';

/** Jest creates this object for each test file, also if its globals are disabled. Its types are not installed here. */
const { expect }: { expect: { extend(matchers: object): void } } = require('@jest/globals');

expect.extend(matchers);
