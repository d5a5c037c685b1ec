import type { Config } from '../config.ts';

/** What a check found. A warning does not keep the server from working; what failed does. */
export type Finding =
  | { readonly status: 'ok'; readonly detail: string }
  | { readonly status: 'warn' | 'fail'; readonly detail: string; readonly remedy: string };

export interface Check {
  /** In one or two words. */
  readonly name: string;
  /** What it throws is a failure too. */
  run(config: Config): Promise<Finding | readonly Finding[]>;
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const warn = (detail: string, remedy: string): Finding => ({ status: 'warn', detail, remedy });
export const fail = (detail: string, remedy: string): Finding => ({ status: 'fail', detail, remedy });
