/**
 * Optional fields without conditional spreads. Under `exactOptionalPropertyTypes`, a field either
 * has a value or is absent.
 */

/** The type of `T` without undefined: a field that may be undefined becomes optional. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * Returns a copy of the object without the fields whose value is undefined. Fields that are null,
 * false, 0 or empty stay. Copies only own enumerable fields, one level deep, and preserves their
 * order.
 */
export function defined<const T extends object>(fields: T): Defined<T>;
export function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
