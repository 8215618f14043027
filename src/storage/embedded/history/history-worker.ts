// The thread that owns the history file: loads the journal into it and answers questions about it.
// It keeps nothing that is not in the two files, so that it may end at any moment: where the engine says
// that it must be restarted (after a full disk), the thread ends and its owner starts another.
// Tested by: embedded-history.test.ts
import { parentPort, workerData } from 'node:worker_threads';
import { collectWhenIdle } from '#platform/idle-collection.ts';
import { BackupJob } from './backup-job.ts';
import { ExportJob } from './export-job.ts';
import { HistoryFile } from './history-file.ts';
import { JournalReader } from './journal-reader.ts';
import { Loader } from './loader.ts';
import type { Call, Calls, FromWorker, HistoryWorkerData, ToWorker } from './protocol.ts';
import {
  countSamples,
  readBounds,
  readBuckets,
  readLate,
  readSamples,
  readStored,
} from './questions.ts';
import { ReaderPool } from './reader-pool.ts';
import { leaveRestMark } from './rest-mark.ts';
import { deleteBefore } from './retention.ts';

const READERS = 2;
const FATAL_END_MS = 5000;
/** The engine refuses all further work on this open file. */
const IS_FATAL = /FATAL|has been invalidated|must be restarted/i;

const port = parentPort;
if (port === null) throw new Error('history-worker runs as a worker thread only');
const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

const options = workerData as HistoryWorkerData;
const file = await HistoryFile.open(options);
const journal = JournalReader.open(options.journalPath, file.lastJournalId);
const readers = await ReaderPool.open(file, READERS);
/** Calls under way, and whether somebody still waits for them. */
const active = new Map<number, { isCancelled: boolean; done: Promise<void> }>();
const loader = await Loader.start({
  file,
  journal,
  isBusy: () => active.size > 0,
  onLoaded: (journalId) => send({ kind: 'loaded', journalId }),
  onError: (error) => {
    send({ kind: 'error', message: error.message });
    endIfFatal(error);
  },
});
const exports = new Map<number, ExportJob>();
let backup: BackupJob | undefined;
let parquetTurn: Promise<unknown> = Promise.resolve();

/** Writing a Parquet file is heavy: one at a time, so that questions keep a core. */
function inParquetTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = parquetTurn.then(work);
  parquetTurn = result.catch(() => undefined);
  return result;
}

async function openExport(call: Extract<Call, { kind: 'exportOpen' }>): Promise<number> {
  const job = await ExportJob.open({ file, id: call.id, request: call.input, inParquetTurn });
  exports.set(call.id, job);
  return call.id;
}

async function nextPiece(exportId: number): Promise<Uint8Array | undefined> {
  const job = exports.get(exportId);
  if (!job) throw new Error('the export has ended');
  return job.next();
}

async function closeExport(exportId: number): Promise<undefined> {
  const job = exports.get(exportId);
  exports.delete(exportId);
  await job?.close();
}

async function openBackup(call: Call): Promise<BackupJob['moment']> {
  await backup?.close();
  backup = await BackupJob.open({ file, name: `${process.pid}-${call.id}`, inParquetTurn });
  return backup.moment;
}

async function closeBackup(): Promise<undefined> {
  const job = backup;
  backup = undefined;
  await job?.close();
}

/** Ends what runs and closes both files. */
async function end(): Promise<void> {
  const stopped = loader.stop();
  for (const [id, call] of active) cancel(id, call);
  await Promise.all([...exports.keys()].map(closeExport));
  await closeBackup();
  await Promise.all([...active.values()].map((call) => call.done));
  await stopped;
  file.close();
  journal.close();
}

function endIfFatal(error: Error): void {
  if (!IS_FATAL.test(error.message)) return;
  setTimeout(() => process.exit(1), FATAL_END_MS);
  setImmediate(() => void end().finally(() => process.exit(1)));
}

function cancel(id: number, call: { isCancelled: boolean }): void {
  call.isCancelled = true;
  readers.cancel(id);
}

async function answerTo(call: Call): Promise<Calls[Call['kind']]['answer']> {
  // A question sees all that was committed before it.
  if (!/^(?:export|backup)(?:Next|Close)$/.test(call.kind)) {
    await loader.sync();
    if (active.get(call.id)?.isCancelled) throw new Error('cancelled');
  }
  switch (call.kind) {
    case 'samples':
      return readers.run(call.id, (connection) => readSamples(connection, call.input));
    case 'buckets':
      return readers.run(call.id, (connection) => readBuckets(connection, call.input));
    case 'late':
      return readers.run(call.id, (connection) => readLate(connection, call.input));
    case 'bounds':
      return readers.run(call.id, (connection) => readBounds(connection, call.input));
    case 'stored':
      return readers.run(call.id, (connection) => readStored(connection, call.input));
    case 'count':
      return readers.run(call.id, countSamples);
    case 'deleteBefore':
      return deleteBefore((work) => loader.exclusive(work), call.input);
    case 'sync':
      return undefined;
    case 'exportOpen':
      return openExport(call);
    case 'exportNext':
      return nextPiece(call.input);
    case 'exportClose':
      return closeExport(call.input);
    case 'backupOpen':
      return openBackup(call);
    case 'backupNext':
      return backup?.next() ?? Promise.reject(new Error('the backup has ended'));
    case 'backupClose':
      return closeBackup();
    default:
      return call satisfies never;
  }
}

/** The arrays of an answer, to be handed over instead of copied. */
function buffersOf(answer: unknown): ArrayBuffer[] {
  const parts = ArrayBuffer.isView(answer) ? [answer] : Object.values(answer ?? {});
  return parts.flatMap((part) =>
    ArrayBuffer.isView(part) && part.byteLength > 0 ? [part.buffer as ArrayBuffer] : [],
  );
}

async function serve(call: Call): Promise<void> {
  loader.touch();
  try {
    const answer = await answerTo(call);
    send({ kind: 'answer', id: call.id, answer }, buffersOf(answer));
  } catch (error) {
    send({ kind: 'failed', id: call.id, message: (error as Error).message });
    endIfFatal(error as Error);
  }
  active.delete(call.id);
}

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'notify':
      loader.notify();
      return;
    case 'cancel': {
      const call = active.get(message.id);
      if (call) cancel(message.id, call);
      return;
    }
    case 'close':
      void end()
        .then(() => leaveRestMark(options.dataDir, loader.loadedId))
        .finally(() => port.close());
      return;
    default: {
      const call = { isCancelled: false, done: Promise.resolve() };
      active.set(message.id, call);
      call.done = serve(message);
    }
  }
});
collectWhenIdle();
send({ kind: 'ready', loadedId: loader.loadedId });
