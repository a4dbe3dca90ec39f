import { expect } from 'vitest';

interface PerformanceData {
  value: number;
  unit: string;
  warning?: string;
  critical?: string;
  min?: number;
  max?: number;
}

const RANGE = String.raw`-?\d+:?(?:-?\d+)?`;
const DATA = new RegExp(String.raw`^'([^'=]+)'=(-?\d+)(s?);(${RANGE})?;(${RANGE})?;(-?\d+)?;(-?\d+)?$`);

/** Parses the line of a plugin strictly by the Monitoring Plugins guidelines. */
export function parseNagiosLine(output: string): {
  state: string;
  text: string;
  data: Record<string, PerformanceData>;
} {
  const match = /^CREDWATCH (OK|CRITICAL|UNKNOWN) - ([^|\n]+?)(?: \| ([^|\n]+))?\n$/.exec(output);
  expect(match, output).not.toBeNull();
  const [, state = '', text = '', items] = match ?? [];
  const data = (items?.split(' ') ?? []).map((item) => {
    const [all, label = '', value, unit = '', warning, critical, min, max] = DATA.exec(item) ?? [];
    expect(all, `performance data ${item}`).toBe(item);
    // A longer label has no name of its own in RRD files.
    expect(label.length).toBeLessThanOrEqual(19);
    const limits = Object.entries({ warning, critical, min: toNumber(min), max: toNumber(max) });
    const given = Object.fromEntries(limits.filter(([, limit]) => limit !== undefined));
    return [label, { value: Number(value), unit, ...given }] as const;
  });
  return { state, text, data: Object.fromEntries(data) };
}

const toNumber = (text: string | undefined) => (text === undefined ? undefined : Number(text));
