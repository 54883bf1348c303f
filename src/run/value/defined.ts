/**
 * Optional fields without conditional spreads: under `exactOptionalPropertyTypes` a field is
 * either there with a value or not there at all.
 */

/** The type of `T` without undefined: a field that may be undefined becomes optional. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * Returns a copy of the object without the fields whose value is undefined. Fields that are
 * null, false, 0 or empty stay. Only own enumerable fields are copied, and only the top level is
 * looked at. Fields keep their order.
 */
export function defined<const T extends object>(fields: T): Defined<T>;
export function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
