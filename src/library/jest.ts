import { matchers } from './index.ts';

/** Jest provides this module even if its globals are disabled. The types of the module are not installed. */
const { expect }: { expect: { extend(matchers: object): void } } = require('@jest/globals');

expect.extend(matchers);
