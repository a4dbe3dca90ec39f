import type { Instant } from '../domain/model.ts';
import { formatInstant } from '../domain/time/instant.ts';
import type { Finding } from '../domain/verdict/finding.ts';
import { describeFinding } from './messages/findings.ts';

/** Arguments that are moments; every other number is in seconds or a count, as its name says. */
const INSTANT_ARGS = new Set(['at', 'from']);

export function buildFindingJson(finding: Finding) {
  const args = Object.entries(finding.args).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    INSTANT_ARGS.has(name) ? formatInstant(value as Instant) : value,
  ]);
  return {
    code: finding.code,
    severity: finding.severity,
    args: Object.fromEntries(args),
    message: describeFinding(finding),
  };
}
