import { useTranslations } from 'use-intl';

// Tested by: test/browser/notifications.test.ts

/** In words what keeps an alert from being told, as the API has it: `acknowledged`, `shelved`, `out-of-service`, `maintenance-window/<id>`, `sensor/<id>`. */
export function useHush(): (by: string) => string {
  const t = useTranslations('words.hush');
  return (by) => {
    const [kind = '', ...rest] = by.split('/');
    const id = rest.join('/');
    switch (kind) {
      case 'acknowledged':
        return t('acknowledged');
      case 'shelved':
        return t('shelved');
      case 'out-of-service':
        return t('outOfService');
      case 'maintenance-window':
        return t('window', { id });
      case 'sensor':
        return t('silentSensor', { id });
      default:
        return by;
    }
  };
}
