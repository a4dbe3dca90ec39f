/**
 * Stands for a space at which no line ends. A private-use character, because tables end lines at every character of
 * `\s`, including the no-break space. `escapeUnprintable` removes it from other texts.
 */
export const JOINT = '\ue000';

export const COLOUR = /\u001b\[\d+m/g;

/** A duration with several units, and the characters next to it. */
export const DURATION = /\S*\d[dhm](?: \d\d[hms])+(?![^\W_])\S*/g;

/** A command, which users copy, and the characters next to it. */
export const COMMAND = /(?<!\S)[^\s`]*`[^`]*`\S*/g;

/** Replaces the spaces in parts of this form by {@link JOINT}, if the part fits on a line. */
export const joinParts = (text: string, form: RegExp, width: number): string =>
  text.replace(form, (part) =>
    part.replace(COLOUR, '').length > width ? part : part.replaceAll(' ', JOINT),
  );
