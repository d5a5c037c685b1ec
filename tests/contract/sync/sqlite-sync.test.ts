import { newSqliteStorage } from './sqlite-storage.ts';
import { describeSync } from './sync-properties.ts';

describeSync('two devices and a server over SQLite', newSqliteStorage, { seconds: 20 });
