/** Remembers what is made of objects that never change. */

/** Returns a function that makes the result for an object once, while the object is in use. */
export function once<Key extends object, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const known = new WeakMap<Key, { readonly made: Made }>();
  return (key) => {
    let entry = known.get(key);
    if (entry === undefined) {
      entry = { made: make(key) };
      known.set(key, entry);
    }
    return entry.made;
  };
}
