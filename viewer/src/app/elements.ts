/**
 * Elements without markup: text from a recording is set as text, never parsed.
 */

type Child = Node | string | null | undefined;

interface Properties {
  class?: string;
  title?: string;
  role?: string;
  /** Other attributes. */
  attributes?: Record<string, string>;
  onclick?: () => void;
}

/** An element with what is inside it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (properties.class !== undefined) made.className = properties.class;
  if (properties.title !== undefined) made.title = properties.title;
  if (properties.role !== undefined) made.setAttribute("role", properties.role);
  for (const [key, value] of Object.entries(properties.attributes ?? {})) made.setAttribute(key, value);
  if (properties.onclick) made.addEventListener("click", properties.onclick);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button that does something. */
export function button(label: string, title: string, run: () => void): HTMLButtonElement {
  const made = element("button", { title, onclick: run }, label);
  made.type = "button";
  return made;
}

/** A choice of a few words. */
export function choice<T extends string>(
  label: string,
  options: readonly (readonly [T, string])[],
  chosen: T,
  choose: (value: T) => void,
): HTMLLabelElement {
  const select = element("select", {}, ...options.map(([value, text]) => option(value, text, value === chosen)));
  select.addEventListener("change", () => choose(select.value as T));
  return element("label", { class: "choice", title: label }, element("span", { class: "label" }, `${label} `), select);
}

function option(value: string, text: string, selected: boolean): HTMLOptionElement {
  const made = element("option", {}, text);
  made.value = value;
  made.selected = selected;
  return made;
}
