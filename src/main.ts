#!/usr/bin/env node
import { enableCompileCache, flushCompileCache } from 'node:module';

// The only file that reads arguments, environment and signals: the rest is handed what it needs.
// Tested by: test/e2e/command-line.test.ts

// What was compiled at one start need not be at the next: half a second and 30 MB less. Threads find it by the variable.
const { directory } = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory;
const { runCommandLine } = await import('#cli/program.ts');
const { collectWhenIdle } = await import('#platform/idle-collection.ts');
const FLUSH_MS = 5000;
const LINGER_MS = 2000;

const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // Asked a second time: end now; what was acknowledged is durable already.
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  });
}
let isAtWork = false;
// `vigie export --out - | head`: the reader has gone, and so may we. A platform at work goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (isAtWork) return;
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

async function askAtTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  // Not as a terminal of its own: Ctrl-C stays a signal.
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: false,
  });
  const ended = new Promise<string>((done) => terminal.once('close', () => done('')));
  try {
    return await Promise.race([terminal.question(question, { signal: controller.signal }), ended]);
  } finally {
    terminal.close();
  }
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: process.stdout,
  err: process.stderr,
  isTerminal: process.stderr.isTTY === true,
  ask: process.stdin.isTTY && process.stderr.isTTY ? askAtTerminal : undefined,
  signal: controller.signal,
  // Only `serve` needs the platform: the other commands start without loading it.
  startApp: async (config) => {
    const [{ createApp }, { createLogger }, { tellFatal }] = await Promise.all([
      import('#app'),
      import('#platform/logging.ts'),
      import('#platform/tell-fatal.ts'),
    ]);
    const logger = createLogger({ level: config.logLevel });
    tellFatal(logger);
    const app = createApp(config, { logger });
    await app.start();
    isAtWork = true;
    setTimeout(flushCompileCache, FLUSH_MS).unref();
    collectWhenIdle();
    return app;
  },
});
// What was left behind at a stop, such as a connection that nobody answers on, does not keep the process.
if (controller.signal.aborted) setTimeout(() => process.exit(), LINGER_MS).unref();
