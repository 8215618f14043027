/** What people call a sensor, with its id beside it; the id alone where it has no name. Text: it may stand in a link. */
export function NamedSensor({ id, name }: { id: string; name: string | null | undefined }) {
  if (name === null || name === undefined || name === id) return id;
  return (
    <>
      {name} <span className="muted">{id}</span>
    </>
  );
}

/** The same where there can be text alone: a title, a label. */
export function namedSensor(id: string, name: string | null | undefined): string {
  return name === null || name === undefined || name === id ? id : `${name} (${id})`;
}
