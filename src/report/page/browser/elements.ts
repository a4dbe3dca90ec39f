/** @throws Error if the page has no such element, which is an error in the page */
export function findElement<E extends Element>(parent: ParentNode, selector: string): E {
  const element = parent.querySelector<E>(selector);
  if (element === null) throw new Error(`no element matches ${selector}`);
  return element;
}

/** Reads a custom property of the style sheet, such as `ink`, in the current colour scheme. */
export type ReadColour = (name: string) => string;

export function createColourReader(element: Element): ReadColour {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

/** Data that the page contains in a script element. The renderer of the page has written it with type `T`. */
export const readEmbeddedJson = <T>(id: string): T =>
  JSON.parse(document.getElementById(id)?.textContent ?? 'null');

/** Converts CSS pixels to canvas pixels. */
export const px = (count: number) => count * (devicePixelRatio || 1);
