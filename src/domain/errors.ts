import type { Language } from './language.ts';

/** Every error that a caller can meet: HTTP status and title in both languages. A retired code is never reused. */
export const ERRORS = {
  // Readings: one of these is the reason of each refused reading.
  invalid_json: [400, 'The body is not valid JSON', "Le corps n'est pas du JSON valide"],
  invalid_utf8: [400, 'The text is not valid UTF-8', "Le texte n'est pas de l'UTF-8 valide"],
  duplicate_key: [
    400,
    'A name appears twice in one object',
    'Un nom apparaît deux fois dans un objet',
  ],
  nesting_too_deep: [
    400,
    'The body is nested too deeply',
    'Le corps est imbriqué trop profondément',
  ],
  not_an_object: [400, 'A reading must be an object', 'Un relevé doit être un objet'],
  unknown_field: [400, 'The field is not known', "Le champ n'est pas connu"],
  sensor_id_missing: [400, 'The reading has no sensor_id', "Le relevé n'a pas de sensor_id"],
  sensor_id_invalid: [400, 'The sensor_id is not allowed', "Le sensor_id n'est pas admis"],
  sensor_id_mismatch: [
    400,
    'The sensor_id contradicts the topic',
    'Le sensor_id contredit le sujet',
  ],
  timestamp_invalid: [400, 'The time is not RFC 3339', "L'heure n'est pas au format RFC 3339"],
  timestamp_without_offset: [400, 'The time has no offset', "L'heure n'a pas de décalage horaire"],
  timestamp_in_future: [400, 'The time is too far ahead', "L'heure est trop en avance"],
  timestamp_too_old: [
    400,
    'The time lies before the retention',
    "L'heure précède la durée de conservation",
  ],
  readings_missing: [400, 'The reading has no values', "Le relevé n'a pas de valeurs"],
  metric_invalid: [400, 'The metric name is not allowed', "Le nom de mesure n'est pas admis"],
  value_not_number: [400, 'The value is not a number', "La valeur n'est pas un nombre"],
  value_not_finite: [400, 'The value is not finite', "La valeur n'est pas finie"],
  metadata_invalid: [400, 'The metadata are not allowed', 'Les métadonnées ne sont pas admises'],
  too_many_metrics: [400, 'The reading has too many metrics', 'Le relevé a trop de mesures'],
  sensor_metric_limit: [400, 'The sensor has too many metrics', 'Le capteur a trop de mesures'],
  sensor_limit: [400, 'There are too many sensors', 'Il y a trop de capteurs'],
  sensor_unknown: [400, 'The sensor is not registered', "Le capteur n'est pas enregistré"],
  sensor_not_allowed: [
    403,
    'The key may not send for this sensor',
    'La clé ne peut pas envoyer pour ce capteur',
  ],
  senml_invalid: [400, 'The SenML pack is not valid', "Le paquet SenML n'est pas valide"],
  line_invalid: [
    400,
    'The line is not valid line protocol',
    "La ligne n'est pas du line protocol valide",
  ],
  // Requests.
  all_readings_refused: [400, 'Every reading was refused', 'Tous les relevés ont été refusés'],
  no_readings: [400, 'The request holds no reading', 'La requête ne contient aucun relevé'],
  too_many_readings: [
    413,
    'The request holds too many readings',
    'La requête contient trop de relevés',
  ],
  body_too_large: [413, 'The body is too large', 'Le corps est trop grand'],
  unsupported_media_type: [
    415,
    'The content type is not supported',
    "Le type de contenu n'est pas pris en charge",
  ],
  invalid_request: [400, 'The request is not valid', "La requête n'est pas valide"],
  request_timeout: [408, 'The request took too long', 'La requête a pris trop de temps'],
  unauthenticated: [401, 'A valid key is needed', 'Une clé valide est nécessaire'],
  forbidden: [403, 'The key does not allow this', 'La clé ne permet pas cela'],
  link_invalid: [403, 'The link is not valid', "Le lien n'est pas valide"],
  link_expired: [410, 'The link has expired', 'Le lien a expiré'],
  not_found: [404, 'Not found', 'Introuvable'],
  method_not_allowed: [405, 'The method is not allowed here', "La méthode n'est pas admise ici"],
  conflict: [409, 'The id is taken', "L'identifiant est pris"],
  precondition_failed: [
    412,
    'It was changed by somebody else meanwhile',
    "Quelqu'un d'autre l'a modifié entre-temps",
  ],
  invalid_state: [409, 'The present state does not allow this', "L'état actuel ne le permet pas"],
  rate_limited: [429, 'Too many requests for this key', 'Trop de requêtes pour cette clé'],
  private_address_refused: [400, 'The address is private', "L'adresse est privée"],
  template_invalid: [400, 'The template is not valid', "Le modèle n'est pas valide"],
  rule_invalid: [400, 'The rule is not valid', "La règle n'est pas valide"],
  // The platform itself.
  overloaded: [
    503,
    'The queue is full; try again later',
    'La file est pleine ; réessayez plus tard',
  ],
  storage_full: [503, 'The disk is full', 'Le disque est plein'],
  storage_unavailable: [503, 'The storage does not answer', 'Le stockage ne répond pas'],
  standing_by: [
    503,
    'Another process has this work at present',
    "Un autre processus s'en charge actuellement",
  ],
  shutting_down: [503, 'The platform is stopping', "La plateforme s'arrête"],
  not_supported: [501, 'Not supported', 'Non pris en charge'],
  internal: [500, 'Something went wrong here', "Une erreur s'est produite ici"],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ErrorCode = keyof typeof ERRORS;

export function errorStatus(code: ErrorCode): number {
  return ERRORS[code][0];
}

export function errorTitle(code: ErrorCode, language: Language): string {
  return ERRORS[code][language === 'fr' ? 2 : 1];
}

interface VigieErrorDetails {
  /** JSON pointer (RFC 6901) to the offending value. */
  pointer?: string;
  retryAfterSeconds?: number;
  /** Further members of the problem document, such as `rejected`. */
  extra?: Record<string, unknown>;
  cause?: unknown;
}

/** The only error class whose message a caller may see. */
export class VigieError extends Error {
  readonly code: ErrorCode;
  readonly pointer: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly extra: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, detail: string, details: VigieErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'VigieError';
    this.code = code;
    this.pointer = details.pointer;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.extra = details.extra;
  }
}

/** True where the same request may succeed later without a change. */
export function isRetryable(error: unknown): boolean {
  return (
    error instanceof VigieError &&
    (errorStatus(error.code) === 503 || error.code === 'rate_limited')
  );
}
