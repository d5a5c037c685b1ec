import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ModelSpec } from '#matting/model.ts';
import { maskFromOutput } from '#matting/mask.ts';
import { findModel } from '#models/registry.ts';
import { modelSchema } from '#models/schema.ts';
import { createOnnxRuntime } from '../matting/runtime.ts';
import { weightsPath } from '../matting/weights.ts';
import { describeAdded } from './added.ts';
import { writeAtomically } from './write-atomically.ts';

/** What its owner has to say of a model; the rest follows from the file. */
export type Description = Pick<
  ModelSpec,
  | 'id'
  | 'title'
  | 'inputSize'
  | 'keepsAspect'
  | 'scale'
  | 'mean'
  | 'std'
  | 'outputIndex'
  | 'activation'
  | 'postprocess'
  | 'licence'
  | 'commercialUse'
>;

/**
 * Installs a file of the user's own under the description's id, once it has run.
 * @throws Error for a description that cannot be, MattingError for a file that does not run or gives no mask
 */
export async function addModel(file: string, description: Description, folder: string): Promise<ModelSpec> {
  if (findModel(description.id) !== undefined) {
    throw new Error(`There is a model "${description.id}" already. Choose another id.`);
  }
  const weights = await readFile(file);
  const model = toModel(description, weights);
  await tryOut(model, weights);
  // The description makes it a model, so it comes last.
  await writeAtomically(weightsPath(model, folder), weights);
  await describeAdded(model, folder);
  return model;
}

function toModel(description: Description, weights: Uint8Array): ModelSpec {
  const parsed = modelSchema.safeParse({
    ...description,
    task: 'salient-object',
    file: `${description.id}.onnx`,
    layout: 'nchw',
    sources: [],
    bytes: weights.byteLength,
    sha256: createHash('sha256').update(weights).digest('hex'),
    verified: true,
    references: [],
    licenceUrl: '',
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`The ${issue?.path.join('.') ?? 'description'} ${issue?.message ?? 'is invalid'}.`);
}

/** A grey image has to come out as a mask. */
async function tryOut(model: ModelSpec, weights: Uint8Array): Promise<void> {
  const { signal } = new AbortController();
  const session = await createOnnxRuntime({ threads: 0 }).load(model, weights, signal);
  try {
    const { width, height } = model.inputSize;
    const input = { data: new Float32Array(3 * width * height), dims: [1, 3, height, width] };
    maskFromOutput(await session.run(input, signal), model);
  } finally {
    await session.dispose();
  }
}
