/** One fault of an object: which field, what kind of fault, and a sentence. */
export interface Cause {
  readonly reason: 'FieldValueInvalid' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueForbidden' | 'FieldValueNotSupported' | 'FieldValueTypeInvalid' | 'FieldValueTooLong' | 'FieldValueNotFound' | 'ResourceVersionTooLarge';
  readonly field?: string;
  readonly message: string;
}

export interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** An answer that is no success, in Kubernetes' form (`metav1.Status`). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: Details;
  constructor(code: number, reason: string, message: string, details: Details = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
  /** The body of the answer. */
  toStatus(): object {
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: this.message, reason: this.reason, details: this.details, code: this.code };
  }
}

/** How an object is named in answers: `prowjobs.prow.k8s.io "x"`. */
export interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}
const qualified = ({ group, plural }: Named): string => (group ? `${plural}.${group}` : plural);
const about = ({ group, plural }: Named, name: string): Details => ({ name, ...(group ? { group } : {}), kind: plural });

/** 404 for an object. */
export const notFound = (type: Named, name: string): StatusError => new StatusError(404, 'NotFound', `${qualified(type)} "${name}" not found`, about(type, name));
/** 404 for a path. */
export const noPath = (): StatusError => new StatusError(404, 'NotFound', 'the server could not find the requested resource');
/** 409: such a name is taken. */
export const alreadyExists = (type: Named, name: string): StatusError => new StatusError(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, about(type, name));
/** 409: the object has changed, or is not the one that was meant. */
export const conflict = (type: Named, name: string, why: string): StatusError => new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`, about(type, name));
/** What a writer is told whose resourceVersion is not the newest. */
export const modified = 'the object has been modified; please apply your changes to the latest version and try again';
/** 400. */
export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);
/** 403. */
export const forbidden = (message: string, details: Details = {}): StatusError => new StatusError(403, 'Forbidden', message, details);
/** 405. */
export const notAllowed = (): StatusError => new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
/** 410: what was asked for is older than what is remembered. */
export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);
/** 415. */
export const unsupported = (message: string): StatusError => new StatusError(415, 'UnsupportedMediaType', message);
/** 504: a resourceVersion that does not exist yet. */
export const tooLarge = (asked: number, current: number): StatusError =>
  new StatusError(504, 'Timeout', `Too large resource version: ${String(asked)}, current: ${String(current)}`, { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 });

/** 422 with all faults of an object. */
export function invalid(type: Named, name: string, causes: readonly Cause[]): StatusError {
  const sentences = causes.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  const text = sentences.length === 1 ? (sentences[0] ?? '') : `[${sentences.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${type.kind}${type.group ? `.${type.group}` : ''} "${name}" is invalid: ${text}`, { name, ...(type.group ? { group: type.group } : {}), kind: type.kind, causes });
}

/** The answer of a deletion that is done. */
export const success = (type: Named, name: string, uid: string): object => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { ...about(type, name), uid } });
