import { CHART_SIZE } from '#engine/charts/draw-chart.ts';
import { escapeHtml } from '#engine/messages/plain-text.ts';
import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { type AlertPicture, AlertPictures } from './alert-picture.ts';
import { EmailSettings } from './email.schema.ts';
import { outcomeOfSmtpError, smtpReceipt } from './smtp-outcome.ts';

const NO_SERVER = 'e-mail needs a mail server: set VIGIE_SMTP_URL';
const DEFAULT_FROM = 'Vigie <vigie@localhost>';

/** Below the time that an attempt has, so that a hanging server is named as the reason. */
const SMTP_TIMEOUT_MS = 9_000;

/**
 * Sends each notification as an e-mail with text and HTML, over kept connections. Its Message-ID is made from the
 * notification's id, the same for every attempt; all messages of one alert refer to one thread.
 */
export function createEmailChannel(options: ChannelOptions): Channel {
  const { smtpUrl, smtpFrom = DEFAULT_FROM, publicUrl } = options;
  let pool: ReturnType<typeof createPool> | undefined;
  const domain = idDomain(publicUrl, smtpFrom);
  const pictures = new AlertPictures(options);
  return {
    name: 'email',
    settingsSchema: EmailSettings,
    secretFields: [],
    findProblems: () => (smtpUrl ? [] : [{ pointer: '', detail: NO_SERVER }]),
    prepareSettings: (settings) => ({ ...settings }),
    async send(request) {
      // Whoever runs the platform may set it while this waits.
      if (!smtpUrl) return { ok: false, retryable: true, detail: NO_SERVER };
      const settings = request.contact.settings as EmailSettings;
      try {
        pool ??= createPool(smtpUrl);
        const transport = await pool;
        const picture = settings.chart === false ? undefined : await pictures.of(request);
        const info = await transport.sendMail({
          from: settings.from ?? smtpFrom,
          to: settings.to,
          subject: request.message.subject,
          text: request.message.text,
          ...htmlOf(request, { picture, domain }),
          messageId: `<${request.notificationId}@${domain}>`,
          date: new Date(request.createdMs),
          ...threadOf(request, domain),
          headers: headersOf(request),
          signal: request.signal,
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { ok: true, receipt: smtpReceipt(info) };
      } catch (error) {
        return outcomeOfSmtpError(error);
      }
    },
    close: () => void pool?.then((transport) => transport.close({ force: true })),
  };
}

/**
 * Loaded with the first e-mail: a platform that sends none has 5 MB more. Retries belong to the pipeline; one is left
 * for a kept connection that closed as it was used again.
 */
async function createPool(url: string) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url,
    pool: true,
    maxConnections: 4,
    maxMessages: 1000,
    maxRequeues: 1,
    idleTimeout: 60_000,
    dnsTimeout: SMTP_TIMEOUT_MS,
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS,
  });
}

/** The right side of the Message-IDs: where the platform is, else where its mail comes from. */
function idDomain(publicUrl: string | undefined, from: string): string {
  if (publicUrl !== undefined && URL.canParse(publicUrl)) return new URL(publicUrl).hostname;
  return /@([^\s@<>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
}

/** Mail programs put messages together that refer to the same one, even where that one never was. */
function threadOf(
  { payload }: SendRequest,
  domain: string,
): { inReplyTo?: string; references?: string } {
  if (payload === null) return {};
  const root = `<alert-${payload.alert.id}@${domain}>`;
  return { inReplyTo: root, references: root };
}

/** The picture lies within the mail: nothing is fetched, and nobody learns when it is read. */
function htmlOf(
  { message, notificationId }: SendRequest,
  { picture, domain }: { picture: AlertPicture | undefined; domain: string },
) {
  if (picture === undefined) return { html: message.html };
  const cid = `chart-${notificationId}@${domain}`;
  const { width, height } = CHART_SIZE;
  const style = 'max-width:100%;height:auto;background:#ffffff';
  const image = `<p><img src="cid:${cid}" alt="${escapeHtml(picture.alt)}" width="${width}" height="${height}" style="${style}"></p>`;
  return {
    html: message.html.replace('</body>', () => `${image}\n</body>`),
    attachments: [
      {
        filename: 'chart.png',
        contentType: 'image/png',
        contentDisposition: 'inline' as const,
        cid,
        content: picture.png,
      },
    ],
  };
}

/** No out-of-office answers, please (RFC 3834 section 5). */
function headersOf({ payload, type }: SendRequest): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'X-Vigie-Type': type,
    ...(payload ? { 'X-Vigie-Alert': payload.alert.id } : {}),
  };
}
