import type { Argument, Option } from 'commander';
import { findVariable } from '../flags/environment/flag-variables.ts';
import { findRequirement } from './command-help.ts';

/**
 * Adds the allowed values, the default, and whether a flag is required to a description. commander would put values in
 * quotes.
 */
export function describeValues(target: Option | Argument): string {
  const { description, argChoices, defaultValueDescription } = target;
  const option = 'long' in target ? target : null;
  const requirement = option && findRequirement(option);
  const variable = option === null ? undefined : findVariable(option);
  const values = [
    ...(requirement === null ? [] : [requirement]),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(hasShownDefault(target)
      ? [`default: ${defaultValueDescription ?? String(target.defaultValue)}`]
      : []),
    ...(variable === undefined ? [] : [`env: ${variable}`]),
  ];
  return values.length === 0 ? description : `${description} (${values.join('; ')})`;
}

/** An empty list is not a default, and the name `default` says nothing. */
function hasShownDefault({ defaultValue, defaultValueDescription }: Option | Argument): boolean {
  if (defaultValueDescription !== undefined) return true;
  if (Array.isArray(defaultValue) || defaultValue === 'default') return false;
  return !['undefined', 'boolean'].includes(typeof defaultValue);
}
