import { examineDatabase as examine } from '#storage/examine-database.ts';

/** What a person at the machine may find out about the platform's database; who has its URL needs no key. */
export const examineDatabase = examine;
