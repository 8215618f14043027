import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawServerDefault,
} from 'fastify';
import { VigieError } from '#domain/errors.ts';
import { asVigieError } from './fastify-errors.ts';
import { FrontDoor } from './front-door/front-door.ts';
import type { WholeCall } from './front-door/whole-call.ts';
import type { Logger } from './logging.ts';
import { nodeHttp } from './node-http.ts';
import { createProblems, type Problems } from './problem.ts';
import { requestIdOf } from './request-id.ts';

type RawHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface HttpServerOptions {
  host: string;
  /** 0 = any free one. */
  port: number;
  logger: Logger;
  /** Without a slash at the end; undefined makes problem types relative. */
  publicUrl?: string | undefined;
  /** Of requests that pass Fastify; the raw handlers bound their own. */
  bodyLimitBytes?: number;
  /** A request that has not come whole by then is answered 408. */
  requestTimeoutMs?: number;
  maxConnections?: number;
}

export interface HttpServer {
  readonly server: Server;
  readonly fastify: FastifyInstance;
  readonly problems: Problems;
  /** Answers an error as RFC 9457 on a raw response. */
  sendProblem(response: ServerResponse, error: unknown, request: IncomingMessage): void;
  /**
   * Takes requests of one method and path (without its query) before Fastify sees them. For the hot path:
   * the handler gets bare node:http objects, reads the body itself and may be async. What it throws is
   * answered as a problem.
   */
  intercept(method: string, path: string, handler: RawHandler): void;
  /**
   * A short cut for the plain and small requests of a POST path that has a raw handler too: those are answered
   * before node:http sees them, the handler gets the rest. Both must give the same answers.
   */
  takeWhole(path: string, call: WholeCall): void;
  /** Rejects where the port is taken. */
  start(): Promise<{ host: string; port: number }>;
  /** Accepts nothing new, lets what is under way finish within the deadline, then cuts it off. */
  stop(deadlineMs: number): Promise<void>;
}

const KEEP_ALIVE_MS = 65_000;
/** Of the time of a stop: what is cut off then has gone when it is over. */
const CUT_OFF = 0.8;

/** One node:http server for everything: raw handlers first, Fastify for the rest. Does nothing until `start()`. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { logger, bodyLimitBytes = 1024 * 1024, requestTimeoutMs = 30_000 } = options;
  const problems = createProblems({ publicUrl: options.publicUrl, logger });
  const intercepted = new Map<string, Map<string, RawHandler>>();
  let isStopping = false;
  let passOn: RawHandler = () => undefined;

  async function runRaw(handler: RawHandler, request: IncomingMessage, response: ServerResponse) {
    try {
      await handler(request, response);
    } catch (error) {
      problems.send(response, error, request);
    }
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (isStopping) {
      response.setHeader('connection', 'close');
      const detail = 'The platform is stopping; send this again in a moment.';
      problems.send(
        response,
        new VigieError('shutting_down', detail, { retryAfterSeconds: 2 }),
        request,
      );
      return;
    }
    const url = request.url as string;
    const end = url.indexOf('?');
    const handlers = intercepted.get(end < 0 ? url : url.slice(0, end));
    const handler = handlers?.get(request.method as string);
    if (handler === undefined) passOn(request, response);
    else void runRaw(handler, request, response);
  }

  const headTimeoutMs = Math.min(15_000, requestTimeoutMs);
  const sweepMs = Math.min(2_000, requestTimeoutMs);
  const server = nodeHttp.createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: headTimeoutMs,
      connectionsCheckingInterval: sweepMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 16 * 1024,
      noDelay: true,
    },
    onRequest,
  );
  server.maxRequestsPerSocket = 0;
  server.maxConnections = options.maxConnections ?? 16_384;

  // node:http takes a connection by listening to this event; the door stands before it.
  const [takeOver] = server.listeners('connection') as ((socket: Socket) => void)[];
  const door = new FrontDoor({
    problems,
    headTimeoutMs,
    requestTimeoutMs,
    idleTimeoutMs: KEEP_ALIVE_MS,
    sweepMs,
    handOver: (socket) => takeOver!.call(server, socket),
    refuseConnection: answerClientError,
  });
  server.removeAllListeners('connection').on('connection', (socket) => door.accept(socket));

  const fastify: FastifyInstance = Fastify<
    RawServerDefault,
    IncomingMessage,
    ServerResponse,
    FastifyBaseLogger
  >({
    serverFactory: (handler) => {
      passOn = handler;
      return server;
    },
    logger: false,
    bodyLimit: bodyLimitBytes,
    return503OnClosing: false,
    genReqId: (request) => requestIdOf(request),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      reply.hijack();
      problems.send(reply.raw, asVigieError(error), request.raw);
    },
    // A sensor_id of 200 characters, percent-encoded, has up to 2400.
    routerOptions: { maxParamLength: 4096 },
  });
  fastify.setErrorHandler((error, request, reply) => {
    const { destroyed, complete } = request.raw;
    const found = destroyed && !complete ? brokenOff() : asVigieError(error);
    const problem = problems.of(found, request.raw);
    if (!request.raw.complete) void reply.header('connection', 'close');
    // As bytes: to a text Fastify would add a charset, which this media type has not.
    const body = Buffer.from(JSON.stringify(problem.document));
    return reply.code(problem.status).headers(problem.headers).send(body);
  });

  async function start(): Promise<{ host: string; port: number }> {
    await fastify.ready();
    door.start();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onError = (error: NodeJS.ErrnoException): void => reject(explain(error, options));
    server.once('error', onError);
    server.listen({ host: options.host, port: options.port }, resolve);
    try {
      await promise;
    } finally {
      server.off('error', onError);
    }
    server.on('error', (error) => logger.error({ err: error }, 'the HTTP server reports an error'));
    return { host: options.host, port: (server.address() as AddressInfo).port };
  }

  async function stop(deadlineMs: number): Promise<void> {
    isStopping = true;
    door.close();
    // What it hands over has to be read first: the server closes connections that have said nothing yet.
    await new Promise((read) => setImmediate(read));
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    // A connection that was busy becomes idle later and would otherwise live on until its keep-alive ends.
    const sweep = setInterval(() => server.closeIdleConnections(), 25);
    const cutOff = setTimeout(() => {
      door.destroy();
      server.closeAllConnections();
    }, deadlineMs * CUT_OFF);
    try {
      await Promise.all([fastify.close(), closed]);
    } finally {
      clearInterval(sweep);
      clearTimeout(cutOff);
      door.destroy();
    }
  }

  return {
    server,
    fastify,
    problems,
    sendProblem: problems.send,
    intercept(method, path, handler) {
      const handlers = intercepted.get(path) ?? new Map<string, RawHandler>();
      if (handlers.has(method)) throw new Error(`${method} ${path} has a handler already`);
      intercepted.set(path, handlers.set(method, handler));
    },
    takeWhole: (path, call) => door.serve(path, call),
    start,
    stop,
  };
}

/** Nobody reads this any more; it is to say that it is no fault of the platform's. */
function brokenOff(): VigieError {
  return new VigieError('invalid_request', 'The sender broke off before the body was complete.');
}

/** A port that is taken is the commonest reason not to start: say what to do. The code stays. */
function explain(error: NodeJS.ErrnoException, options: HttpServerOptions): Error {
  if (error.code !== 'EADDRINUSE') return error;
  error.message = `Port ${options.port} on ${options.host} is taken by another process. Stop that one, or choose another port: VIGIE_HTTP_PORT or --port.`;
  return error;
}

/** What node:http refuses before there is a request: too slow, too large a head, not HTTP. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, code] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ([408, 'request_timeout'] as const)
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ([431, 'invalid_request'] as const)
        : ([400, 'invalid_request'] as const);
  // As node:http does it: nothing is written into an answer that has begun.
  const begun = (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent;
  if (socket.writable && begun !== true) {
    const title = nodeHttp.STATUS_CODES[status] ?? '';
    const body = JSON.stringify({
      type: `/docs/errors#${code}`,
      title,
      status,
      code,
      detail: title,
    });
    socket.write(
      `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}
