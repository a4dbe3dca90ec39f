// Replaces string-width in the bundles.

const COLOURS = /\u001b\[\d+m/g;

/**
 * Letters, punctuation, boxes and dots of our reports, and the joint of `unbroken.ts`. string-width counts one column
 * for each of them. Any other character, such as one of a host name in Chinese, needs string-width itself.
 */
const NARROW = /^[\x20-\x7e\u00b7\u2013-\u2026\u2190-\u2193\u2500-\u259f\u2800-\u28ff\ue000]*$/;

module.exports = (text) => {
  const visible = typeof text === 'string' ? text.replace(COLOURS, '') : null;
  return visible !== null && NARROW.test(visible) ? visible.length : require('string-width')(text);
};
