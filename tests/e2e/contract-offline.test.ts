import { describeApi } from '../contract/api.ts';
import { openOfflineHost } from './offline-host.ts';

describeApi('the REST contract in a page whose server is dead', openOfflineHost);
