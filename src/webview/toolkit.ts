// The one place that knows @vscode/webview-ui-toolkit: controls that look and behave like those of VS Code.
import {
  Button, Checkbox, Dropdown, provideVSCodeDesignSystem, TextField, vsCodeButton, vsCodeCheckbox,
  vsCodeDropdown, vsCodeOption, vsCodeTextField,
} from '@vscode/webview-ui-toolkit'; // prettier-ignore
import { element } from './dom';

/** Once for a page, before any control is made. */
export function useToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextField(),
  );
}

function control<T extends HTMLElement>(
  type: new () => T,
  tag: string,
  attributes: Readonly<Record<string, string>>,
  text = '',
): T {
  const made = element(tag, attributes, text);
  if (!(made instanceof type)) throw new TypeError(`${tag} is not registered`);
  return made;
}

export function button(text: string, title: string, act: () => void): HTMLElement {
  const made = control(Button, 'vscode-button', { appearance: 'secondary', title, 'aria-label': title }, text);
  made.addEventListener('click', act);
  return made;
}

export function checkbox(text: string, title: string, act: (checked: boolean) => void) {
  const made = control(Checkbox, 'vscode-checkbox', { title }, text);
  made.addEventListener('change', () => act(made.checked));
  return { element: made, set: (checked: boolean): void => void (made.checked = checked) };
}

export function textField(placeholder: string, act: (value: string) => void) {
  const made = control(TextField, 'vscode-text-field', { placeholder, 'aria-label': placeholder });
  made.addEventListener('input', () => act(made.value));
  return { element: made, set: (value: string): void => void (made.value = value) };
}

/** A list to choose from. `set` does not call `act`. */
export function dropdown(label: string, act: (value: string) => void) {
  const made = control(Dropdown, 'vscode-dropdown', { 'aria-label': label });
  made.addEventListener('change', () => act(made.value));
  const set = (options: readonly { value: string; text: string }[], value: string): void => {
    made.replaceChildren(...options.map(one => element('vscode-option', { value: one.value }, one.text)));
    // The list takes its options in its own time.
    requestAnimationFrame(() => (made.value = value));
  };
  return { element: made, set };
}
