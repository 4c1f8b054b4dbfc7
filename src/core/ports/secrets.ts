/** A secret that may be rotated: asked for at each use. */
export interface Secret<T = string> {
  value(): T;
}
