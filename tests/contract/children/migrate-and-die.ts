import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '../../../server/stores/sqlite/store.ts';

/*
 * Opens a store, and kills itself (SIGKILL) within the migration: at the n-th thing that SQLite asks leave for, which
 * it does before each step of a statement's preparation, with the statements before it carried out. Without a number it
 * lives, and prints how many such things there are.
 * Arguments: file of the store, n.
 */
const [file = '', at = 'Infinity'] = process.argv.slice(2);
const watched = new WeakSet<DatabaseSync>();
let asked = 0;

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its database below
const exec = DatabaseSync.prototype.exec;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  if (!watched.has(this)) {
    watched.add(this);
    // Pages go to the disk before the commit, as those of a large store do.
    exec.call(this, 'PRAGMA cache_size = 1');
    this.setAuthorizer(() => {
      asked += 1;
      if (asked >= Number(at)) process.kill(process.pid, 'SIGKILL');
      return 0;
    });
  }
  return exec.call(this, sql);
};

await openSqliteStore(file).close();
console.log(asked);
