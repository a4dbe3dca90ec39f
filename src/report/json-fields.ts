import type { ValidityRange } from '../domain/measurement/measurement.ts';
import type { SeriesIdentity } from '../domain/model.ts';
import { formatInstant } from '../domain/time/instant.ts';
import type { Replacement } from '../domain/verdict/figures/choose-series.ts';
import type { Finding } from '../domain/verdict/finding.ts';
import { describeFinding } from './messages/findings.ts';

/** Fields of findings that are instants. All other numbers are counts or seconds. */
const INSTANT_NAME = /^at$|At$/;

/** The fields of a finding in `snake_case`, and its sentence. */
export function buildFindingJson(finding: Finding) {
  const { code, severity, ...fields } = finding;
  return { code, severity, ...buildFieldsJson(fields), message: describeFinding(finding) };
}

/** The fields of a domain object in `snake_case`. */
export function buildFieldsJson(fields: object): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    typeof value === 'number' && INSTANT_NAME.test(name) ? formatInstant(value) : value,
  ]);
  return Object.fromEntries(entries);
}

export const buildIdentityJson = ({ host, source, apiVersion, role }: SeriesIdentity) => ({
  host,
  source,
  api_version: apiVersion,
  role,
});

/** The series that has replaced another one. */
export const buildReplacementJson = ({ identity, firstSample }: Replacement) => ({
  ...buildIdentityJson(identity),
  first_sample_at: formatInstant(firstSample),
});

export const buildRangeJson = ({ min, max }: ValidityRange) => ({ min_seconds: min, max_seconds: max });
