import { oneLine } from '#engine/messages/plain-text.ts';
import type { Outcome } from '../channel.ts';

// Tested by: email.test.ts

const DETAIL_LENGTH = 300;

/** Errors of nodemailer carry a code, and where a server answered, its reply (RFC 5321 section 4.2.1). */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
}

/** What a server said to this message ends it; what kept us from handing it over may pass. */
const ABOUT_THE_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE']);

/** RFC 4954: the server wants a login, or another one. */
const ABOUT_THE_LOGIN = new Set([530, 534, 535, 538]);

/**
 * A 5xx reply to the sender, a recipient or the text is final (RFC 5321 section 4.2.1); any 4xx, and every trouble
 * with the connection, the greeting or the login is the platform's or the server's own and may pass.
 */
export function outcomeOfSmtpError(error: unknown): Outcome {
  const { code, responseCode = 0, message = String(error) } = error as SmtpError;
  const isTimeout = code === 'ETIMEDOUT' || code === 'EABORT';
  const isFinal =
    responseCode >= 500 && !ABOUT_THE_LOGIN.has(responseCode) && ABOUT_THE_MESSAGE.has(code ?? '');
  const detail = isTimeout ? 'no answer from the mail server in time' : oneLine(message);
  return {
    ok: false,
    retryable: !isFinal,
    detail: detail.slice(0, DETAIL_LENGTH),
    ...(ABOUT_THE_LOGIN.has(responseCode) ? { isRefusal: true } : {}),
  };
}

/** What the server said when it took the message, and to whom it did not want to hand it on. */
export function smtpReceipt(info: { response: string; rejected: readonly unknown[] }): string {
  const refused = info.rejected.map((address) =>
    typeof address === 'string' ? address : (address as { address: string }).address,
  );
  const note = refused.length === 0 ? '' : `; not accepted: ${refused.join(', ')}`;
  return oneLine(info.response).slice(0, DETAIL_LENGTH) + note;
}
