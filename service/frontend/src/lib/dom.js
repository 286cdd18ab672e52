/** An element with properties and children; text is always text. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [ name, value ] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'onclick') node.addEventListener('click', value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Puts text on the clipboard, and says on the button that it did. */
export async function copyText(button, text) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' });
    area.value = text;
    button.after(area); // inside an open dialog too, where the rest of the page cannot be selected
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  button.textContent = 'Tersalin';
  setTimeout(() => { button.textContent = before; }, 2000);
}
