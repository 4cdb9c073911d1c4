// How fast a GPU runs Qwen3-VL-4B under vLLM, and how vLLM is set up on it.
//
// The constants come from a roofline estimate (good to about 40 %) given as two readings per GPU, and are
// solved from them here, so that the readings stay visible:
//   time between tokens   with 1 and with 128 sequences of 1,200 tokens each. In between the estimate is
//                         a straight line: step = base + perContextToken * tokens in context.
//   time of one picture   ViT and prefill together, of 1,024 and of 300 tokens. Two readings give
//                         a * tokens + b * tokens^2: the square is the attention of the ViT, which sees
//                         the whole picture at once. Of `a`, the language model takes 8 of 11.3 GFLOP per
//                         token and the ViT the rest (4 billion parameters; 0.4 billion, 4 patches a token).
// Held against what is known besides: a 12-megapixel picture comes out at 2.9 s on an A100, where the
// estimate says about 2.5 s.

/** Milliseconds. */
export interface GpuTimes {
  /** A step of the engine, whatever is in it. */
  readonly baseMs: number;
  /** For each token in the context of each sequence that decodes in the step. */
  readonly perContextTokenMs: number;
  /** For each prompt token that is computed in the step. */
  readonly perPromptTokenMs: number;
  /** For a picture that goes through the ViT in the step: for each of its tokens, and its square. */
  readonly perPictureTokenMs: number;
  readonly perSquaredPictureTokenMs: number;
}

/** vLLM's flags that matter for its pace, and the size of the KV cache. */
export interface EngineSettings {
  readonly gpu: GpuTimes;
  /** Tokens that the KV cache holds; whole blocks of 16. */
  readonly kvTokens: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** `--api-server-count` */
  readonly apiServers: number;
  /** `--max-num-queued-reqs`: running and waiting together, above which 503 is answered. */
  readonly maxNumQueuedReqs?: number;
  /** Tokens of the largest picture that the server takes, those around it included; 16384 and 2 is the
   *  model's own limit. */
  readonly largestPictureTokens: number;
  /** False: steps are never merged; slower, with the same results. For tests. */
  readonly mergesSteps?: boolean;
}

interface Readings {
  readonly tokenMs: { readonly of1: number; readonly of128: number };
  readonly pictureMs: { readonly of1024: number; readonly of300: number };
}

const contextOfReadings = 1200;
const languageModelShare = 8 / 11.3;

function solveTimes({ tokenMs, pictureMs }: Readings): GpuTimes {
  const perSequence = (tokenMs.of128 - tokenMs.of1) / 127;
  const [perTokenOf1024, perTokenOf300] = [pictureMs.of1024 / 1024, pictureMs.of300 / 300];
  const square = (perTokenOf1024 - perTokenOf300) / (1024 - 300);
  const linear = perTokenOf300 - square * 300;
  return {
    baseMs: tokenMs.of1 - perSequence,
    perContextTokenMs: perSequence / contextOfReadings,
    perPromptTokenMs: linear * languageModelShare,
    perPictureTokenMs: linear * (1 - languageModelShare),
    perSquaredPictureTokenMs: square,
  };
}

const small = {
  kvTokens: 80_000,
  maxNumSeqs: 64,
  maxNumBatchedTokens: 4096,
  apiServers: 1,
  largestPictureTokens: 16_386,
} as const;

const large = { ...small, kvTokens: 448_000, maxNumSeqs: 256, maxNumBatchedTokens: 8192 } as const;

/** Qwen3-VL-4B in BF16, with the flags that suit the GPU. */
export const gpuProfiles = {
  l4: {
    ...small,
    gpu: solveTimes({
      tokenMs: { of1: 37, of128: 131 },
      pictureMs: { of1024: 291, of300: 76 },
    }),
  },
  '4090': {
    ...small,
    gpu: solveTimes({
      tokenMs: { of1: 13, of128: 41 },
      pictureMs: { of1024: 157, of300: 41 },
    }),
  },
  a100: {
    ...large,
    gpu: solveTimes({
      tokenMs: { of1: 8, of128: 22 },
      pictureMs: { of1024: 83, of300: 21 },
    }),
  },
  h100: {
    ...large,
    maxNumBatchedTokens: 16_384,
    apiServers: 4,
    gpu: solveTimes({
      tokenMs: { of1: 6, of128: 14 },
      pictureMs: { of1024: 26, of300: 6 },
    }),
  },
} as const satisfies Record<string, EngineSettings>;

export type GpuProfileName = keyof typeof gpuProfiles;

export function isGpuProfileName(name: string): name is GpuProfileName {
  return Object.hasOwn(gpuProfiles, name);
}
