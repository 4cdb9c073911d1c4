// Settings under which no batch waits for a person or for its turn; the limits have journeys of their own.

export const unlimited = {
  APPROVAL_ROWS: '1000000',
  APPROVAL_HOURS: '8760',
  ROWS_PER_DAY: '1000000000',
  BATCHES_PER_PERSON: '1000',
};
