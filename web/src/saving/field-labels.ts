import type { useTranslations } from 'use-intl';
import { QUANTITIES } from '#domain/unit-table.ts';

/** The place of a text among all of them. */
export type TextKey = Parameters<ReturnType<typeof useTranslations<never>>>[0];
type Labels = Readonly<Record<string, TextKey>>;

const kept: Labels = { '/managed_by': 'words.managed.title' };
const named: Labels = { '/name': 'notifications.name', ...kept };
const windows = (at: string): Labels => ({
  [at]: 'words.window.title',
  [`${at}/days`]: 'words.window.days',
  [`${at}/from`]: 'words.window.from',
  [`${at}/to`]: 'words.window.to',
});
const sensors = (at: string): Labels => ({
  [`${at}/sensors`]: 'words.not.sensors',
  [`${at}/labels`]: 'words.not.labels',
});
const where: Labels = {
  ...sensors('/where'),
  '/where/not': 'words.not.title',
  ...sensors('/where/not'),
};
const alerts = (at: string): Labels => ({
  [`${at}/severity`]: 'notifications.severity',
  [`${at}/sensors`]: 'notifications.matchSensors',
  [`${at}/labels`]: 'notifications.matchLabels',
  [`${at}/locations`]: 'notifications.matchLocations',
  [`${at}/rules`]: 'notifications.matchRules',
});
const quiet: Labels = {
  '/quiet_hours': 'notifications.quiet.title',
  ...windows('/quiet_hours/windows'),
  '/quiet_hours/time_zone': 'words.timeZone',
  '/quiet_hours/except': 'notifications.quiet.except',
};
const levels = (kind: 'above' | 'below' | 'outside'): Labels => ({
  [`/when/${kind}`]: `rules.form.kinds.${kind}`,
  [`/when/${kind}/limit`]: 'rules.form.limit',
  [`/when/${kind}/range`]: 'rules.form.range',
  [`/when/${kind}/severity`]: 'rules.form.severity',
});
const condition: Labels = {
  '/when/metric': 'rules.form.metric',
  ...{ ...levels('above'), ...levels('below'), ...levels('outside') },
  '/when/change': 'rules.form.kinds.change',
  '/when/change/by': 'rules.form.changeBy',
  '/when/change/within': 'rules.form.within',
  '/when/silent': 'rules.form.silentFor',
  '/when/flat': 'rules.form.kinds.flat',
  '/when/flat/for': 'rules.form.flatFor',
  '/when/flat/tolerance': 'rules.form.tolerance',
  '/when/anomaly': 'rules.form.kinds.anomaly',
  '/when/anomaly/sensitivity': 'rules.form.sensitivity',
  '/when/forecast': 'rules.form.kinds.forecast',
  '/when/forecast/above': 'rules.form.forecastAbove',
  '/when/forecast/below': 'rules.form.forecastBelow',
  '/when/forecast/within': 'rules.form.within',
  '/when/calibration_due': 'rules.form.calibrationDue',
  '/when/expression': 'rules.form.expression',
  '/when/deadband': 'rules.form.deadband',
  '/when/on_delay': 'rules.form.onDelay',
  '/when/off_delay': 'rules.form.offDelay',
};
const units: Labels = {
  '/units': 'notifications.units',
  '/units/system': 'notifications.units',
  ...Object.fromEntries(
    QUANTITIES.map((quantity) => [`/units/${quantity}`, `settings.units.quantity.${quantity}`]),
  ),
};

/**
 * What the forms call the fields of a kind, as the audit names it, by where the document has them (RFC 6901, without the
 * numbers of lists). What has none and holds others is shown by those.
 */
const LABELS: Readonly<Record<string, Labels>> = {
  rule: {
    ...{ ...kept, ...where, ...condition, ...windows('/schedule/windows') },
    '/name/en': 'rules.form.nameEn',
    '/name/fr': 'rules.form.nameFr',
    '/severity': 'rules.form.severity',
    '/message/en': 'rules.form.messageEn',
    '/message/fr': 'rules.form.messageFr',
    '/instructions/en': 'rules.form.instructionsEn',
    '/instructions/fr': 'rules.form.instructionsFr',
    '/latch': 'rules.form.latch',
    '/re_alert': 'rules.form.reAlert',
    '/schedule/windows': 'rules.form.schedule',
    '/schedule/time_zone': 'words.timeZone',
    '/policy': 'rules.form.policy',
    '/enabled': 'rules.form.enabled',
  },
  contact: {
    ...{ ...named, ...quiet, ...units },
    '/channel': 'notifications.channel',
    '/settings': 'notifications.settings',
    '/language': 'notifications.language',
    '/time_zone': 'words.timeZone',
    '/storm': 'notifications.storm.label',
    '/fallback_contact': 'notifications.standIn',
    '/template': 'notifications.template',
    '/enabled': 'notifications.enabled',
  },
  policy: {
    ...{ ...named, ...quiet, ...alerts('/match'), ...alerts('/match/not') },
    '/match/not': 'words.not.title',
    '/steps': 'notifications.steps',
    '/steps/after': 'notifications.stepAfter',
    '/steps/contacts': 'notifications.contacts',
    '/steps/on_call': 'notifications.tab.onCall',
    '/repeat': 'notifications.repeat',
    '/group/by': 'notifications.group.by',
    '/group/wait': 'notifications.group.wait',
    '/group/interval': 'notifications.group.interval',
    '/fallback': 'notifications.fallback.contacts',
    '/fallback_after': 'notifications.fallback.title',
    '/template': 'notifications.template',
    '/on': 'notifications.on',
    '/enabled': 'notifications.enabled',
  },
  'on-call': {
    ...named,
    '/time_zone': 'words.timeZone',
    '/starts_at': 'notifications.firstHandover',
    '/shift': 'notifications.shift',
    '/contacts': 'notifications.turns.title',
    '/overrides': 'notifications.overrides',
    '/overrides/from': 'notifications.from',
    '/overrides/to': 'notifications.to',
    '/overrides/contact': 'notifications.contact',
  },
  'maintenance-window': {
    ...{ ...named, ...where },
    '/time_zone': 'words.timeZone',
    '/starts_at': 'notifications.starts',
    '/duration': 'notifications.duration',
    '/recurrence': 'notifications.recurrence',
    '/enabled': 'notifications.enabled',
  },
  template: {
    ...named,
    '/texts': 'notifications.tab.messages',
    '/texts/language': 'notifications.language',
    '/texts/channels': 'messages.channels',
    '/texts/on': 'messages.events',
    '/texts/subject': 'messages.partNames.subject',
    '/texts/text': 'messages.partNames.text',
    '/texts/short': 'messages.partNames.short',
  },
};

/** Undefined for what no form has a word for: names that people or channels gave. */
export function fieldLabel(kind: string, pointer: string): TextKey | undefined {
  return LABELS[kind]?.[pointer];
}

/** Whether it is not called by a name of its own and is shown by its parts. */
export function isShownByParts(kind: string, pointer: string): boolean {
  const labels = LABELS[kind] ?? {};
  return !(pointer in labels) && Object.keys(labels).some((at) => at.startsWith(`${pointer}/`));
}
