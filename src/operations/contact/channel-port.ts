import type { ErrorCode } from '#domain/errors.ts';
import type { Contact } from '#domain/notification.ts';
import type { ContactTestResult } from '#domain/questions.ts';

export interface ChannelProblem {
  /** JSON pointer within `settings`, such as `/url`. */
  pointer: string;
  detail: string;
  /** Where a problem has a code of its own, such as `private_address_refused`. */
  code?: ErrorCode;
}

/** The ways to reach people, as far as operations need them. The notifier is where they live. */
export interface ChannelRegistry {
  names(): readonly string[];
  /** JSON Schema of the settings of a contact. */
  settingsSchema(channel: string): Record<string, unknown>;
  /** Settings that are secrets (top-level names); answers mask them. */
  secretFields(channel: string): readonly string[];
  /**
   * Every problem of a contact's settings; empty where there is none. Asked before
   * `prepareSettings`, so a secret that the platform makes may be absent. May look up names.
   */
  validate(
    channel: string,
    settings: Record<string, unknown>,
  ): ChannelProblem[] | Promise<ChannelProblem[]>;
  /** The settings with what the platform adds, such as a generated webhook secret. Does not change its argument. */
  prepareSettings(channel: string, settings: Record<string, unknown>): Record<string, unknown>;
  /** Sends one test message now, past outbox and policies. Never throws: a failure is a result. */
  sendTest(contact: Contact, customer: string): Promise<ContactTestResult>;
}
