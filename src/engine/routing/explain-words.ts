import type { Language } from '#domain/language.ts';

// Tested by: preview.test.ts

/** What a preview says of policies, for the person who asks. Ids, labels and severities stay as the API has them. */
interface ExplainWords {
  tellsNotOfRaised: string;
  isDisabled: string;
  namesNobody: string;
  ruleNames(rule: string, policy: string): string;
  severityNotAmong(severity: string, list: string): string;
  ruleNotAmong(rule: string, list: string): string;
  sensorNotAmong(sensor: string, list: string): string;
  locationNotAmong(location: string, list: string): string;
  noLocation(list: string): string;
  labelIs(name: string, value: string | undefined, asked: string): string;
  isNotFor(parts: readonly string[]): string;
  severity(severity: string): string;
  rule(rule: string): string;
  sensor(sensor: string): string;
  location(location: string | null | undefined): string;
  label(name: string, value: string): string;
  groupOf(policy: string | null): string;
  quietHoursOfPolicy(policy: string | null): string;
  quietHoursOf(contact: string): string;
}

export const EXPLAIN_WORDS: Record<Language, ExplainWords> = {
  en: {
    tellsNotOfRaised: 'it does not tell of raised',
    isDisabled: 'it is disabled',
    namesNobody: 'it names nobody who can be told',
    ruleNames: (rule, policy) => `the rule ${rule} names the policy ${policy}`,
    severityNotAmong: (severity, list) => `severity ${severity} is not among ${list}`,
    ruleNotAmong: (rule, list) => `rule ${rule} is not among ${list}`,
    sensorNotAmong: (sensor, list) => `sensor ${sensor} is not among ${list}`,
    locationNotAmong: (location, list) => `location ${location} is not among ${list}`,
    noLocation: (list) => `the sensor has no location, which must be among ${list}`,
    labelIs: (name, value, asked) => `label ${name} is ${value ?? 'not set'}, not ${asked}`,
    isNotFor: (parts) => `it is not for ${parts.join(' with ')}`,
    severity: (severity) => `severity ${severity}`,
    rule: (rule) => `rule ${rule}`,
    sensor: (sensor) => `sensor ${sensor}`,
    location: (location) => `location ${location ?? 'not set'}`,
    label: (name, value) => `label ${name} ${value}`,
    groupOf: (policy) => `group of the policy ${policy}`,
    quietHoursOfPolicy: (policy) => `quiet hours of the policy ${policy}`,
    quietHoursOf: (contact) => `quiet hours of ${contact}`,
  },
  fr: {
    tellsNotOfRaised: 'elle ne prévient pas des déclenchements (raised)',
    isDisabled: 'elle est désactivée',
    namesNobody: 'elle ne nomme personne que l’on puisse prévenir',
    ruleNames: (rule, policy) => `la règle ${rule} nomme la politique ${policy}`,
    severityNotAmong: (severity, list) => `la gravité ${severity} n’est pas parmi ${list}`,
    ruleNotAmong: (rule, list) => `la règle ${rule} n’est pas parmi ${list}`,
    sensorNotAmong: (sensor, list) => `le capteur ${sensor} n’est pas parmi ${list}`,
    locationNotAmong: (location, list) => `le lieu ${location} n’est pas parmi ${list}`,
    noLocation: (list) => `le capteur n’a pas de lieu, qui doit être parmi ${list}`,
    labelIs: (name, value, asked) =>
      value === undefined
        ? `l’étiquette ${name} manque, au lieu de ${asked}`
        : `l’étiquette ${name} est ${value}, et non ${asked}`,
    isNotFor: (parts) => `elle n’est pas pour ${parts.join(' avec ')}`,
    severity: (severity) => `la gravité ${severity}`,
    rule: (rule) => `la règle ${rule}`,
    sensor: (sensor) => `le capteur ${sensor}`,
    location: (location) => (location == null ? 'l’absence de lieu' : `le lieu ${location}`),
    label: (name, value) => `l’étiquette ${name} ${value}`,
    groupOf: (policy) => `groupe de la politique ${policy}`,
    quietHoursOfPolicy: (policy) => `heures calmes de la politique ${policy}`,
    quietHoursOf: (contact) => `heures calmes de ${contact}`,
  },
};
