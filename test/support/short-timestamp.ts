/** Source of a regular expression. A time in the output has a date if it is not of today. */
export const SHORT_TIMESTAMP = String.raw`(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\dZ`;
