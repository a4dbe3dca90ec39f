import { SHAPES, type Shape } from '../../server/endpoint-request.ts';
import { buildChoiceHint } from './flag-hints.ts';
import { InvalidValueError } from './invalid-value.ts';

/** Parses `imds` or `imds,ecs`. */
export function parseShapes(text: string): Shape[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !SHAPES.some((shape) => shape === name));
  if (unknown !== undefined) {
    throw new InvalidValueError('is unknown', buildChoiceHint(unknown, SHAPES, ', or several with commas'));
  }
  return SHAPES.filter((shape) => names.includes(shape));
}
