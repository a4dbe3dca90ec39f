/** How a text for people is laid out. */
export interface TextStyle {
  /** The number of terminal columns. */
  width: number;
  hasColour: boolean;
  isAsciiOnly: boolean;
}

/** Wider lines are hard to read. */
export const MAX_WIDTH = 110;
