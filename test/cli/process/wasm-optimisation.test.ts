import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { DEFAULT_TIERING_BUDGETS } from '../../../src/cli/process/wasm-optimisation.ts';

test('the flag is put back to the default of this Node', () => {
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const [, budget] = /default: --wasm-tiering-budget=(\d+)/.exec(stdout) ?? [];
  const [major = ''] = process.versions.node.split('.');
  expect(DEFAULT_TIERING_BUDGETS.get(major)).toBe(Number(budget));
});
