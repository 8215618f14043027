import type { Rule } from '#domain/rule.ts';
import { formatTime } from '#domain/time.ts';

/**
 * The rule that every customer has until they replace the rule `silent`: nothing came in for 3 × the learned
 * cadence (or for the time that the sensor itself promised, SenML `ut`), at least 60 s. Not stored: revision 0.
 */
export function defaultSilentRule(): Rule {
  return {
    id: 'silent',
    name: { en: 'No data', fr: 'Plus de données' },
    when: { silent: 'auto' },
    severity: 'warning',
    message: {
      en: 'The sensor has stopped sending.',
      fr: 'Le capteur n’envoie plus rien.',
    },
    instructions: {
      en: 'Check that the sensor has power and reaches the network.',
      fr: 'Vérifiez que le capteur est alimenté et relié au réseau.',
    },
    enabled: true,
    revision: 0,
    created_at: formatTime(0),
    updated_at: formatTime(0),
  };
}
