import type { ConformanceView } from '../../report/conformance/view.ts';
import { FILE_STYLE, getTextStyle, type Io } from '../process/io.ts';
import { isStdout, writeOutput } from '../process/output-file.ts';

export type ConformanceFormat = 'text' | 'json' | 'junit';

/** Writes the results to a file or stdout. */
export const writeConformance = async (
  view: ConformanceView,
  format: ConformanceFormat,
  output: string,
  io: Io,
): Promise<void> => writeOutput(io, output, [await RENDERERS[format](view, io, isStdout(output))]);

type Render = (view: ConformanceView, io: Io, isTerminalPossible: boolean) => Promise<string>;

const RENDERERS: Record<ConformanceFormat, Render> = {
  text: async (view, io, isTerminalPossible) => {
    const { renderConformanceText } = await import('../../report/conformance/text.ts');
    return renderConformanceText(view, isTerminalPossible ? getTextStyle(io) : FILE_STYLE);
  },
  json: async (view, io) => {
    const { renderConformanceJson } = await import('../../report/conformance/json.ts');
    return renderConformanceJson(view, io.clock.now());
  },
  junit: async (view) => {
    const { renderConformanceJunit } = await import('../../report/conformance/junit.ts');
    return renderConformanceJunit(view, CRED_WATCH_VERSION);
  },
};
