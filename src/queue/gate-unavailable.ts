// The gate itself has failed, not the work behind it.

/** The work was not begun: give the row back, no attempt is charged. `cause` says what happened. */
export class GateUnavailable extends Error {
  constructor(options?: ErrorOptions) {
    super('The gate let nothing through', options);
    this.name = 'GateUnavailable';
  }
}
