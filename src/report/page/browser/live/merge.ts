import { alignLists } from './align.ts';

/** The user opens sections. The script shows and hides parts of the page. */
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set(['open', 'hidden']);

/** The script fills these elements, or describes itself in their attributes. */
const OWN_CONTENT = '.live, .readout, .out-of-reach';
const OWN_DATA = '[data-chart]';

/**
 * Changes `current` into `wanted` with as few changes as possible, so that focus, selection, scroll positions and open
 * sections stay. Parts of `wanted` can move to `current`.
 */
export function mergeElement(current: Element, wanted: Element): void {
  mergeAttributes(current, wanted);
  if (!current.matches(OWN_CONTENT)) mergeChildren(current, wanted);
}

function mergeAttributes(current: Element, wanted: Element): void {
  for (const { name, value } of wanted.attributes) {
    if (!OWN_ATTRIBUTES.has(name) && current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
  const keepsData = current.matches(OWN_DATA);
  for (const { name } of [...current.attributes]) {
    const isOwn = OWN_ATTRIBUTES.has(name) || (keepsData && name.startsWith('data-'));
    if (!isOwn && !wanted.hasAttribute(name)) current.removeAttribute(name);
  }
}

function mergeChildren(current: Element, wanted: Element): void {
  const [currentNodes, wantedNodes] = [[...current.childNodes], [...wanted.childNodes]];
  const matches = matchNodes(currentNodes, wantedNodes);
  const kept = new Set(matches);
  for (const node of currentNodes) if (!kept.has(node)) node.remove();
  let next = current.firstChild;
  for (const [index, node] of wantedNodes.entries()) {
    const match = matches[index] ?? null;
    if (match === null || match !== next) current.insertBefore(match ?? node, next);
    else next = next.nextSibling;
    if (match === null) continue;
    if (match instanceof Element && node instanceof Element) mergeElement(match, node);
    else if (match.nodeValue !== node.nodeValue) match.nodeValue = node.nodeValue;
  }
}

/** For each wanted node, the current node that becomes it. Elements that change their place are removed. */
function matchNodes(current: readonly ChildNode[], wanted: readonly ChildNode[]): (ChildNode | null)[] {
  const [names, wantedNames] = [current.map(getName), wanted.map(getName)];
  const pairs = alignLists(names, wantedNames);
  const taken = new Set(pairs);
  return pairs.map((pair, index) => {
    const node = wanted[index];
    if (pair >= 0 || !(node instanceof HTMLElement) || node.dataset.keep === undefined)
      return current[pair] ?? null;
    const moved = names.findIndex((name, each) => name === wantedNames[index] && !taken.has(each));
    const match = current[moved] ?? null;
    // Without this, the elements that keep their place would be moved around the others.
    match?.remove();
    return match;
  });
}

/** Nodes of the same name are the same in both documents. `data-keep` names an element that can change its place. */
function getName(node: ChildNode): string {
  if (!(node instanceof Element)) return node.nodeName;
  const { keep, chart } = node instanceof HTMLElement ? node.dataset : {};
  if (keep !== undefined) return `${node.nodeName} ${keep}`;
  return `${node.nodeName} ${chart === undefined ? (node.classList[0] ?? '') : 'chart'}`;
}
