import { describe } from 'vitest';
import { alertLifecycleSuite } from '#test/support/alert-lifecycle.suite.ts';
import { createTestApp } from '#test/support/app.ts';

describe('alerts over the files of a data folder', () =>
  alertLifecycleSuite(() => createTestApp()));
