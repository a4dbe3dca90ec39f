import type { TimeFormat } from '../text/time-format.ts';

/** How a text for people is laid out. */
export interface TextStyle {
  /** The number of terminal columns. */
  width: number;
  hasColour: boolean;
  isAsciiOnly: boolean;
}

/** How a text with times is laid out. */
export interface TimedTextStyle extends TextStyle {
  /** For people. Machine formats use UTC. */
  times: TimeFormat;
}

/** Wider lines are hard to read. */
export const MAX_WIDTH = 110;
