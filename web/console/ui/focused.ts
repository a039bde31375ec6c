/** As a `ref`: put the focus where a form has just opened. The attribute `autofocus` does so only once per page. */
export function focused(element: HTMLElement | null): void {
  element?.focus();
}
