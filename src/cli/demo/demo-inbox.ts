import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { nodeHttp } from '#platform/node-http.ts';

// Tested by: cli/demo/demo.test.ts

/** A notification as it arrived at a person. */
export interface DeliveredNotification {
  channel: 'email' | 'webhook';
  atMs: number;
  to: string;
  /** Subject of the e-mail, first line of the webhook's message. */
  subject: string;
  /** The notification's id, the same at every attempt. */
  id: string;
}

/**
 * A real mail server and a real webhook receiver on free ports of the loopback address. The receiver
 * checks each signature (Standard Webhooks) and answers 401 where it is wrong.
 */
export class DemoInbox {
  readonly secret = `whsec_${randomBytes(24).toString('base64')}`;
  readonly #onDelivered: (notification: DeliveredNotification) => void;
  readonly #seen = new Set<string>();
  #smtp: SMTPServer | undefined;
  #http: Server | undefined;
  smtpUrl = '';
  webhookUrl = '';

  constructor(onDelivered: (notification: DeliveredNotification) => void) {
    this.#onDelivered = onDelivered;
  }

  async start(): Promise<void> {
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onData: (stream, session, done) => {
        const to = session.envelope.rcptTo.map((address) => address.address).join(', ');
        simpleParser(stream).then(
          (mail) => {
            this.#takeMail(mail, to);
            done();
          },
          (error: Error) => done(error),
        );
      },
    });
    // A client that goes away in the middle of a mail is its own affair.
    smtp.on('error', () => {});
    this.#smtp = smtp;
    await new Promise<void>((resolve, reject) => {
      smtp.server.once('error', reject);
      smtp.listen(0, '127.0.0.1', () => resolve());
    });
    this.smtpUrl = `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
    await this.#startWebhook();
  }

  async #startWebhook(): Promise<void> {
    const verifier = new Webhook(this.secret);
    const http = nodeHttp.createServer(async (request, response) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const event = verifier.verify(
          Buffer.concat(chunks),
          request.headers as Record<string, string>,
        ) as { id: string; data?: { message?: string } };
        response.writeHead(204).end();
        const [subject = ''] = (event.data?.message ?? '').split('\n');
        this.#take({ channel: 'webhook', to: 'Duty desk', subject, id: event.id });
      } catch {
        response.writeHead(401).end();
      }
    });
    this.#http = http;
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(0, '127.0.0.1', resolve);
    });
    this.webhookUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook`;
  }

  #takeMail(mail: ParsedMail, to: string): void {
    const id = /^<?([^@>]+)/.exec(mail.messageId ?? '')?.[1] ?? '';
    this.#take({ channel: 'email', to, subject: mail.subject ?? '', id });
  }

  /** A second copy of a notification is dropped, as receivers should. */
  #take(notification: Omit<DeliveredNotification, 'atMs'>): void {
    const key = `${notification.channel} ${notification.id}`;
    if (notification.id !== '' && this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#onDelivered({ ...notification, atMs: Date.now() });
  }

  async close(): Promise<void> {
    this.#http?.closeAllConnections();
    await Promise.all([
      new Promise<void>((done) => {
        if (this.#smtp) this.#smtp.close(() => done());
        else done();
      }),
      new Promise<void>((done) => {
        if (this.#http) this.#http.close(() => done());
        else done();
      }),
    ]);
  }
}
