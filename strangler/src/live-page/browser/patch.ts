/** Of one element among its brothers and sisters, so that it stays itself when they change. */
const keyOf = (node: Node): string | null => (node instanceof Element ? node.getAttribute('data-key') : null);

/**
 * Makes an element like a fresh one and touches only what differs: what has the focus keeps it, what is selected stays selected, and
 * what somebody has opened stays open.
 */
export function patch(old: Element, fresh: Element): void {
  if (old.isEqualNode(fresh)) return;
  for (const { name } of [...old.attributes])
    if (name !== 'open' && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  patchChildren(old, [...fresh.childNodes]);
}

export function patchChildren(parent: Element, fresh: readonly Node[]): void {
  // What goes is gone first: what stays is not moved for it, as an element that is moved loses the focus.
  const staying = new Set(fresh.map(keyOf));
  for (const child of [...parent.childNodes]) if (!staying.has(keyOf(child)) && keyOf(child) !== null) child.remove();
  const keyed = new Map([...parent.childNodes].map((child) => [keyOf(child), child] as const));
  for (const [index, wanted] of fresh.entries()) {
    const key = keyOf(wanted);
    const here = parent.childNodes[index] ?? null;
    const found = key === null ? here : (keyed.get(key) ?? null);
    if (found === null || !isLike(found, wanted)) {
      parent.insertBefore(wanted, here);
      continue;
    }
    if (found !== here) parent.insertBefore(found, here);
    if (found instanceof Element) patch(found, wanted as Element);
    else if (found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
  }
  while (parent.childNodes.length > fresh.length) parent.lastChild!.remove();
}

const isLike = (one: Node, other: Node): boolean => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
