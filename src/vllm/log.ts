// Where this folder's notes to the administrator go.

export interface Log {
  info(entry: object, message: string): void;
  warn(entry: object, message: string): void;
}
