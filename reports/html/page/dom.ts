// Elements from text: nothing in the page is ever parsed as markup.

type Child = Node | string | null | undefined | false | Child[];
type Attributes = Record<string, string | number | boolean | EventListener | undefined>;

function append(parent: Node, child: Child): void {
  if (Array.isArray(child)) {
    child.forEach((each) => append(parent, each));
  } else if (child !== null && child !== undefined && child !== false) {
    parent.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
  }
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== undefined && value !== false) {
      element.setAttribute(name, String(value));
    }
  }
  append(element, children);
  return element;
}

export function section(id: string, title: string, ...children: Child[]): HTMLElement {
  return make(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    make('h2', { id: `${id}-title` }, title),
    ...children,
  );
}

// A command to paste, with a button that copies it.
export function command(line: string): HTMLElement {
  const button = make('button', { type: 'button', class: 'copy' }, 'Copy');
  button.addEventListener('click', () => {
    void navigator.clipboard?.writeText(line).then(() => {
      button.textContent = 'Copied';
    });
  });
  const code = make('code', {}, line);
  return make('div', { class: 'command' }, make('pre', { tabindex: 0 }, code), button);
}

// Fills `details` the first time that it is opened: a big report is not laid out in one go.
export function fillWhenOpened(details: HTMLDetailsElement, fill: () => Node[]): void {
  let filled = false;
  const open = () => {
    if (!details.open || filled) return;
    filled = true;
    details.append(...fill());
  };
  details.addEventListener('toggle', open);
  details.addEventListener('fill', open);
}

// Opens it now, and not when the event comes round.
export function open(details: HTMLDetailsElement): void {
  details.open = true;
  details.dispatchEvent(new Event('fill'));
}
