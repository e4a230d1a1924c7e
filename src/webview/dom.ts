// Elements of a page. Text is never read as markup: names in it come from guests.

type Child = Node | string;

export function element(
  tag: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export const div = (className: string, ...children: Child[]): HTMLElement =>
  element('div', { class: className }, ...children);
export const span = (className: string, ...children: Child[]): HTMLElement =>
  element('span', { class: className }, ...children);
