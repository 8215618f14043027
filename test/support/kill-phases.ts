import type { Halt, WireMessage } from './postgres-wire.ts';

/** A moment in the life of a processor, as it shows on its way to the database. */
export interface KillPhase {
  readonly name: string;
  readonly halt: Halt;
  /** What the processor is told to do, or just told nothing but readings. */
  readonly during: 'work' | 'start' | 'stop';
  /** Readings that were fetched wait for the halted connection: seen in the processor's own figures. */
  readonly isAfterFetch?: true;
  /** Only where Kafka is. */
  readonly needsKafka?: true;
}

const ofShard = ({ session }: WireMessage): boolean => session === 'vigie shard 0';
const begins = (statements: readonly string[], start: string): boolean =>
  statements.some((statement) => statement.startsWith(start));
/** Within a transaction that copied readings, and not one that only remembers states or makes a partition. */
const inGroup = (message: WireMessage): boolean =>
  ofShard(message) && begins(message.since, 'COPY samples');

/** Of the server, to a statement that has this in it. */
const answers =
  (part: string) =>
  ({ since }: WireMessage): boolean =>
    since.at(-1)?.includes(part) === true;

/** Before a statement that begins so: it has not left the processor. */
const before = (start: string, within: (message: WireMessage) => boolean = inGroup): Halt => ({
  matches: (message) =>
    message.from === 'client' && message.text.startsWith(start) && within(message),
  passes: 'none',
});

/** The server has done what the tag names; the processor does not hear of it. */
const done = (tag: string, within: (message: WireMessage) => boolean = inGroup): Halt => ({
  matches: (message) =>
    message.from === 'server' && message.text.startsWith(tag) && within(message),
  passes: 'none',
});

export const BEFORE_COMMIT = before('COMMIT');

/** In the order in which a processor goes through them. */
export const KILL_PHASES: readonly KillPhase[] = [
  {
    name: 'with its partition claimed, before it knows',
    during: 'start',
    halt: done('INSERT', answers('INSERT INTO shards')),
  },
  {
    name: 'while it reads the journal, to remember what was judged',
    during: 'start',
    halt: before('SELECT id, received_at, samples FROM journal', () => true),
  },
  {
    name: 'with readings fetched, before it begins a transaction',
    during: 'work',
    isAfterFetch: true,
    needsKafka: true,
    halt: before('BEGIN', ofShard),
  },
  {
    name: 'with ids set aside for the first that is new since its start',
    during: 'start',
    halt: done('SELECT', answers("nextval('series_ids')")),
  },
  {
    name: 'with its transaction begun, nothing written',
    during: 'work',
    halt: before('INSERT INTO journal', ofShard),
  },
  {
    name: 'with the journal written, before the readings are copied',
    during: 'work',
    halt: before('COPY samples', ofShard),
  },
  {
    name: 'in the middle of the readings',
    during: 'work',
    halt: {
      matches: (message) => message.from === 'client' && message.type === 'd' && inGroup(message),
      passes: 'half',
    },
  },
  {
    name: 'with the readings sent, their end not said',
    during: 'work',
    halt: {
      matches: (message) => message.from === 'client' && message.type === 'c' && inGroup(message),
      passes: 'none',
    },
  },
  {
    name: 'with the readings copied',
    during: 'work',
    halt: done('COPY'),
  },
  {
    name: 'before alerts are written',
    during: 'work',
    halt: before('INSERT INTO alerts '),
  },
  {
    name: 'with alerts written, before their notifications are',
    during: 'work',
    halt: before('INSERT INTO notifications '),
  },
  {
    name: 'with notifications written, before its position is',
    during: 'work',
    halt: before('UPDATE shards'),
  },
  {
    name: 'before it says COMMIT',
    during: 'work',
    halt: BEFORE_COMMIT,
  },
  {
    name: 'with COMMIT done, before it hears of it',
    during: 'work',
    halt: done('COMMIT'),
  },
  {
    name: 'when it has just heard that COMMIT is done',
    during: 'work',
    halt: { ...done('COMMIT'), passes: 'all' },
  },
  {
    name: 'with alert changes published, before that is noted',
    during: 'work',
    needsKafka: true,
    halt: before('UPDATE published SET txid = $2', () => true),
  },
  {
    name: 'while it is told to stop, before it has said COMMIT to what it remembers',
    during: 'stop',
    halt: before(
      'COMMIT',
      (message) => ofShard(message) && begins(message.since, 'INSERT INTO sensor_states'),
    ),
  },
];
