import { accessSync } from 'node:fs';

/** @param mode for example `constants.W_OK` */
export function canAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
