/** Reads `95%` or `0.95` as a share between 0 and 1, neither of them included; null for anything else. */
export function parseConfidence(text: string): number | null {
  const match = /^(\d{1,2}(?:\.\d{1,4})?)%$|^0?(\.\d{1,6})$/.exec(text);
  if (match === null) return null;
  const share = match[1] !== undefined ? Number(match[1]) / 100 : Number(match[2]);
  return share > 0 ? share : null;
}
