// Tested by: template-text.test.ts
import type { RenderedMessage } from './compose-message.ts';
import { type MessageRequest, renderMessage } from './render-message.ts';
import type { ChosenTexts } from './template-text.ts';

/** A message in the words of a template; in the usual words, and why, where those cannot be used: an alert is never silent. */
export function renderWith(
  request: MessageRequest,
  own: ChosenTexts | undefined,
): { message: RenderedMessage; problem: string | null } {
  if (own === undefined) return { message: renderMessage(request), problem: null };
  try {
    return { message: renderMessage({ ...request, own }), problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { message: renderMessage(request), problem };
  }
}
