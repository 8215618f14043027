import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslations } from 'use-intl';
import { ask } from '../../api/ask.ts';
import { statusQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { useNotices } from '../../ui/notices.tsx';
import styles from './overview-page.module.css';
import { useSimulation } from './use-simulation.ts';

const VALUES = '"readings":{"temperature":-18.4}}';

/** No sensor yet: the lines to paste, filled in with a key made for the purpose. */
export function FirstRun() {
  const t = useTranslations('overview.firstRun');
  const { failed } = useNotices();
  const { data: status } = useQuery(statusQuery);
  const made = useMutation({
    mutationFn: () =>
      ask<{ key: string }>('POST /v1/api-keys', {
        body: { name: 'first-sensor', scopes: ['ingest'] },
      }),
    onError: failed,
  });
  const key = made.data?.key ?? 'KEY';
  const curl = [
    `curl -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' \\`,
    `  -d '{"sensor_id":"freezer-3",${VALUES}' ${location.origin}/v1/readings`,
  ].join('\n');
  const mqtt = [
    `mosquitto_pub -h ${location.hostname} -p ${status?.mqtt_port} -q 1 -u key -P '${key}' \\`,
    `  -t v1/sensors/freezer-3/readings -m '{${VALUES}'`,
  ].join('\n');
  return (
    <section className={styles.steps} aria-labelledby="first-run">
      <h2 id="first-run">{t('title')}</h2>
      <p>{t('explain')}</p>
      {made.data === undefined ? (
        <div>
          <Button kind="primary" disabled={made.isPending} onClick={() => made.mutate()}>
            {t('makeKey')}
          </Button>{' '}
          <span className="muted">{t('needsKey')}</span>
        </div>
      ) : (
        <p role="status">{t('keyNotice')}</p>
      )}
      <h3>{t('http')}</h3>
      <LineToPaste text={curl} />
      {status?.mqtt_port != null && (
        <>
          <h3>{t('mqtt')}</h3>
          <LineToPaste text={mqtt} />
        </>
      )}
      <StartSimulation />
    </section>
  );
}

/** For who has no sensor at hand. */
function StartSimulation() {
  const t = useTranslations('overview.simulation');
  const { mayStart, running, start } = useSimulation();
  if (!mayStart || running !== undefined) return null;
  return (
    <>
      <h3>{t('title')}</h3>
      <p>{t('explain')}</p>
      <div>
        <Button disabled={start.isPending} onClick={() => start.mutate()}>
          {t('start')}
        </Button>
      </div>
    </>
  );
}

function LineToPaste({ text }: { text: string }) {
  const t = useTranslations('overview.firstRun');
  const { done, failed } = useNotices();
  const shown = useRef<HTMLPreElement>(null);
  function copy(): void {
    if (shown.current !== null) copyText(shown.current).then(() => done(t('copied')), failed);
  }
  return (
    <div className={styles.line}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0} ref={shown}>
        {text}
      </pre>
      <Button onClick={copy}>{t('copy')}</Button>
    </div>
  );
}
