// Tested by: ../channels/webhook/webhook.test.ts
import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as secureRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { oneLine } from '#engine/messages/plain-text.ts';
import { nodeHttp } from '#platform/node-http.ts';
import {
  guardedLookup,
  hostOf,
  isPrivateHost,
  PrivateAddressError,
  type Resolver,
} from './address-guard.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
/** The status has said what counts; its explanation may not hold up the next notification. */
const BODY_WAIT_MS = 1000;
const EXCERPT_LENGTH = 200;
const IDLE_SOCKET_MS = 30_000;

export interface PostRequest {
  url: URL;
  /** POST unless set. */
  method?: 'POST' | 'PUT';
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  signal: AbortSignal;
}

export interface PostAnswer {
  status: number;
  /** Lower-case names. */
  headers: IncomingMessage['headers'];
  /** The beginning of the body, as one line of at most 200 characters. */
  excerpt: string;
}

/**
 * Posts to addresses that people have written down: over kept connections, never to a private address unless
 * that is allowed, never after a redirect. Rejects with `PrivateAddressError`, with the socket's error, or with
 * the signal's reason; any answer with a status resolves, even when its body breaks off.
 */
export class HttpPoster {
  readonly #allowPrivate: boolean;
  readonly #lookup: LookupFunction | undefined;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(options: { allowPrivate: boolean; resolver?: Resolver | undefined }) {
    this.#allowPrivate = options.allowPrivate;
    if (!options.allowPrivate) this.#lookup = guardedLookup(options.resolver);
    const agentOptions = { keepAlive: true, maxFreeSockets: 64, timeout: IDLE_SOCKET_MS };
    this.#http = new nodeHttp.Agent(agentOptions);
    this.#https = new HttpsAgent(agentOptions);
  }

  async post(post: PostRequest): Promise<PostAnswer> {
    // Sockets do not look up a literal address, so it is checked here.
    const host = hostOf(post.url);
    if (!this.#allowPrivate && isPrivateHost(host)) throw new PrivateAddressError(host);
    try {
      return await this.#attempt(post, 'kept');
    } catch (error) {
      // RFC 9112 section 9.3.1: a kept connection may close just as it is used again.
      if (error instanceof StaleConnection) return this.#attempt(post, 'fresh');
      throw error;
    }
  }

  /** Closes every connection, those in use too. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #attempt(post: PostRequest, connection: 'kept' | 'fresh'): Promise<PostAnswer> {
    const { url, method = 'POST', headers, body, signal } = post;
    const isSecure = url.protocol === 'https:';
    const agent = isSecure ? this.#https : this.#http;
    return new Promise((resolve, reject) => {
      const sent: ClientRequest = (isSecure ? secureRequest : nodeHttp.request)(url, {
        method,
        headers: { ...headers, 'content-length': body.length },
        agent: connection === 'kept' ? agent : false,
        signal,
        ...(this.#lookup ? { lookup: this.#lookup } : {}),
      });
      let isAnswered = false;
      sent.on('response', (response) => {
        isAnswered = true;
        readExcerpt(response, resolve);
      });
      // A 101 is no response, and nothing else would ever be told of it.
      sent.on('upgrade', ({ statusCode = 0, headers }, socket) => {
        socket.destroy();
        resolve({ status: statusCode, headers, excerpt: '' });
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (isAnswered) return;
        const isStale =
          sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        if (signal.aborted) reject(signal.reason);
        else reject(isStale ? new StaleConnection() : error);
      });
      sent.end(body);
    });
  }
}

class StaleConnection extends Error {}

function readExcerpt(response: IncomingMessage, done: (answer: PostAnswer) => void): void {
  const decoder = new StringDecoder('utf8');
  let text = '';
  let size = 0;
  const finish = () => {
    clearTimeout(timer);
    done({
      status: response.statusCode ?? 0,
      headers: response.headers,
      excerpt: oneLine(text).slice(0, EXCERPT_LENGTH),
    });
  };
  const breakOff = () => {
    response.destroy();
    finish();
  };
  const timer = setTimeout(breakOff, BODY_WAIT_MS);
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (text.length < 2 * EXCERPT_LENGTH) text += decoder.write(chunk).slice(0, 2 * EXCERPT_LENGTH);
    if (size > BODY_LIMIT_BYTES) breakOff();
  });
  response.on('end', finish);
  response.on('error', finish);
  response.on('close', finish);
}
