import { describeApi } from '../contract/api.ts';
import { openServerHost } from './api-host.ts';

describeApi('the REST contract of the Node server', openServerHost);
