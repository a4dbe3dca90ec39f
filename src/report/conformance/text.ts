import type { ConformanceRun } from '../../domain/conformance/check-result.ts';
import type { ConformanceVerdict } from '../../domain/conformance/verdict.ts';

interface TextContext {
  /** The number of terminal columns. */
  width: number;
  hasColour: boolean;
}

/** For a terminal: failed checks first, then a summary for each SDK. */
export function renderConformanceText(
  run: ConformanceRun,
  verdict: ConformanceVerdict,
  _: TextContext,
): string {
  const lines = run.results.map(({ id, outcome }) => `${outcome.padEnd(8)} ${id}`);
  return `${[`${verdict}: ${run.endpoint}`, ...lines].join('\n')}\n`;
}
