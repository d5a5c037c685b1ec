/** A backup cannot be made, read or put in place. The message says why, and what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
