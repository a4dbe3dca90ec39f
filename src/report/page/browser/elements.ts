/** @throws Error if the page has no such element, which is an error in the page */
export function findElement<E extends Element>(parent: ParentNode, selector: string): E {
  const element = parent.querySelector<E>(selector);
  if (element === null) throw new Error(`no element matches ${selector}`);
  return element;
}

/** Data that the page contains in a script element. The renderer of the page has the same types. */
export const readEmbeddedJson = (id: string) =>
  JSON.parse(document.getElementById(id)?.textContent ?? 'null');
