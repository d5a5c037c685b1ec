import type { Engine } from '../../browser/offcut.ts';

export interface BadgeWords {
  readonly title: string;
  /** Continues the title where there is room. */
  readonly more?: string;
  readonly detail: string;
}

const RUNTIMES = { webgpu: 'WebGPU', wasm: 'WebAssembly' } as const;

export function engineWords(engine: Engine): BadgeWords {
  switch (engine.state) {
    case 'starting':
      return {
        title: 'Starting',
        more: ' the engine',
        detail: 'The model is being loaded. Images wait in the queue until it is there.',
      };
    case 'ready':
      return { ...runtimeWords(engine), detail: engine.reason };
    case 'elsewhere':
      return {
        title: 'Works in another tab',
        detail: 'Another tab of Offcut does the work for all of them. If it is closed, this one takes over.',
      };
    case 'failed':
      return { title: 'Engine failed', detail: engine.message };
  }
}

function runtimeWords({ runtime, threads }: Extract<Engine, { state: 'ready' }>) {
  if (runtime === 'webgpu') return { title: RUNTIMES.webgpu };
  return { title: RUNTIMES.wasm, more: threads === 1 ? ', 1 thread' : `, ${String(threads)} threads` };
}
