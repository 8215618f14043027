import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** What happens when a test is over: vitest's `onTestFinished`. */
type AtEnd = (work: () => Promise<void> | void) => void;

export interface MailServer {
  readonly url: string;
  readonly mails: ParsedMail[];
  /** Resolves when so many mails have come in all. */
  waitFor(count: number): Promise<ParsedMail[]>;
  /** Refuses what comes next, in turn, with an SMTP reply such as 451. */
  refuseNext(...codes: number[]): void;
  /** Cuts every connection, as when the server dies. */
  cut(): void;
}

/** An error that the server answers with its reply code. */
export function smtpReply(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

/** A real mail server on a free port of the loopback address; `options` change how it behaves. */
export async function createMailServer(
  atEnd: AtEnd,
  options: SMTPServerOptions = {},
): Promise<MailServer> {
  const mails: ParsedMail[] = [];
  let refusals: readonly number[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        const [code] = refusals;
        refusals = refusals.slice(1);
        if (code !== undefined) return done(smtpReply(code, 'not this one'));
        mails.push(mail);
        done(null, 'taken as 42');
      }, done);
    },
    ...options,
  });
  // A client that goes away in the middle of a mail is what some tests are about.
  server.on('error', () => {});
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    async waitFor(count) {
      while (mails.length < count) await sleep(5);
      return mails;
    },
    refuseNext(...codes) {
      refusals = codes;
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}
