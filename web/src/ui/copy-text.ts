/**
 * Copies what an element shows. A browser gives its clipboard to pages of HTTPS and of its own machine only; over plain
 * HTTP in a house's network the older way is left, which copies what is selected. Throws where neither works.
 */
export async function copyText(element: HTMLElement): Promise<void> {
  const text = element.textContent ?? '';
  // Typed as always there; over plain HTTP it is not.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) return clipboard.writeText(text);
  getSelection()?.selectAllChildren(element);
  if (!document.execCommand('copy')) throw new Error('The browser does not let this page copy.');
}
