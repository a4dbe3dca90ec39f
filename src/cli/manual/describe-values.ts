import { Argument, type Option } from 'commander';
import { findVariable } from '../flags/environment/flag-variables.ts';

/**
 * Adds the allowed values, the default, and whether a flag is required to a description. commander would put values in
 * quotes.
 */
export function describeValues(target: Option | Argument): string {
  const { description, argChoices, defaultValueDescription } = target;
  const variable = 'long' in target ? findVariable(target) : undefined;
  const values = [
    ...(isRequiredFlag(target) ? ['required'] : []),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(hasShownDefault(target)
      ? [`default: ${defaultValueDescription ?? String(target.defaultValue)}`]
      : []),
    ...(variable === undefined ? [] : [`env: ${variable}`]),
  ];
  return values.length === 0 ? description : `${description} (${values.join('; ')})`;
}

const isRequiredFlag = (target: Option | Argument): boolean =>
  !(target instanceof Argument) && target.mandatory;

/** An empty list is no default, and the name `default` says nothing. */
function hasShownDefault({ defaultValue, defaultValueDescription }: Option | Argument): boolean {
  if (defaultValueDescription !== undefined) return true;
  if (Array.isArray(defaultValue) || defaultValue === 'default') return false;
  return !['undefined', 'boolean'].includes(typeof defaultValue);
}
