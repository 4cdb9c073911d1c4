// What is stored of a batch contradicts itself: rows or outcomes are missing, or were not counted right.

/** Not for outages: what is stored was read, and it is wrong. */
export class DamageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DamageError';
  }
}
