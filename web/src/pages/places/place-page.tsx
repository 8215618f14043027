import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Alert } from '#domain/alert.ts';
import type { Place } from '#domain/place.ts';
import { alertsQuery, placeQuery, sensorsOfQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { PlaceEditor } from './place-editor.tsx';
import { PlaceMarker } from './place-marker.tsx';
import { PlacePicture } from './place-picture.tsx';

const route = getRouteApi('/places/$id');

/** A floor plan or photo, with how each sensor on it is now. */
export function PlacePage() {
  const t = useTranslations('places');
  const { id } = route.useParams();
  const { data: place, error } = useQuery(placeQuery(id));
  const [isEditing, edit] = useState(false);
  return (
    <>
      <Link to="/places">{t('back')}</Link>
      <PageHeader title={place?.name ?? id}>
        {place !== undefined && !isEditing && (
          <Button onClick={() => edit(true)}>
            <Pencil size={16} aria-hidden /> {t('edit')}
          </Button>
        )}
      </PageHeader>
      {error !== null && <ProblemText problem={error} />}
      {place !== undefined &&
        (isEditing ? (
          <PlaceEditor place={place} close={() => edit(false)} />
        ) : (
          <PlaceNow place={place} />
        ))}
    </>
  );
}

function PlaceNow({ place }: { place: Place }) {
  const t = useTranslations('places');
  const { data } = useQuery(alertsQuery({ state: 'active' }, 1000));
  const alerts = worstBySensor(data?.items ?? []);
  const sensors = useQuery(sensorsOfQuery(place.sensors.map(({ sensor_id }) => sensor_id)));
  return (
    <>
      {place.picture === null && <p className="muted">{t('noPicture')}</p>}
      {place.sensors.length === 0 && <p className="muted">{t('noSensors')}</p>}
      {sensors.error !== null && <ProblemText problem={sensors.error} />}
      <PlacePicture place={place}>
        {place.sensors.map((placed) => (
          <PlaceMarker
            key={placed.sensor_id}
            placed={placed}
            alert={alerts.get(placed.sensor_id)}
            sensor={sensors.data?.get(placed.sensor_id)}
            isUnknown={
              sensors.data !== undefined &&
              !sensors.isPlaceholderData &&
              !sensors.data.has(placed.sensor_id)
            }
          />
        ))}
      </PlacePicture>
    </>
  );
}

const RANKS = { info: 0, warning: 1, critical: 2 } as const;

function worstBySensor(alerts: readonly Alert[]): ReadonlyMap<string, Alert> {
  const worst = new Map<string, Alert>();
  for (const alert of alerts) {
    const known = worst.get(alert.sensor_id);
    if (known === undefined || RANKS[alert.severity] > RANKS[known.severity]) {
      worst.set(alert.sensor_id, alert);
    }
  }
  return worst;
}
