import { isThorough } from '../thorough.ts';

const OTHER_FORMATS = isThorough
  ? ['table', 'csv', 'markdown', 'junit', 'github', 'prometheus', 'openmetrics', 'html']
  : ['table', 'prometheus'];

/**
 * The formats in which the reports of a history from two databases are compared. JSON has every value of the analysis,
 * so it is always compared. Every eighth history is compared in all formats, and each other one in one more format.
 */
export const chooseComparedFormats = (index: number): readonly string[] => [
  'json',
  ...OTHER_FORMATS.filter((_, other) => index % 8 === 0 || other === index % OTHER_FORMATS.length),
];
