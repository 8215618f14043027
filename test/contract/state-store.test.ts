import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alarmCountsContract } from '#storage/contract/alarm-counts.contract.ts';
import { alarmsContract } from '#storage/contract/alarms.contract.ts';
import { bundlesContract } from '#storage/contract/bundles.contract.ts';
import { documentSearchContract } from '#storage/contract/document-search.contract.ts';
import { fleetContract } from '#storage/contract/fleet.contract.ts';
import { outboxContract } from '#storage/contract/outbox.contract.ts';
import { selfWatchContract } from '#storage/contract/self-watch.contract.ts';
import { type CreateStore, stateStoreContract } from '#storage/contract/state-store.contract.ts';
import { openEmbeddedState } from '#storage/embedded/open-state.ts';
import { createInProcessState } from '../support/in-process-state.ts';

const embedded: CreateStore = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-state-'));
  const { state, close } = await openEmbeddedState(folder);
  return {
    ...state,
    async close() {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

for (const [name, createStore] of [
  ['embedded, its own thread', embedded],
  ['in memory, for tests', createInProcessState],
] as const) {
  stateStoreContract(name, createStore);
  documentSearchContract(name, createStore);
  outboxContract(name, createStore);
  bundlesContract(name, createStore);
  alarmCountsContract(name, createStore);
  alarmsContract(name, createStore);
  selfWatchContract(name, createStore);
  fleetContract(name, createStore);
}
