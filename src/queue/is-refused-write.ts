// Whether Redis was there and refused a command that writes: it is full, read-only, out of disk, or not ready.

/** False for everything else that goes wrong, a script's own errors among them. */
export function isRefusedWrite(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ReplyError' &&
    /^(OOM|MISCONF|READONLY|NOREPLICAS|LOADING)\b/.test(error.message)
  );
}
