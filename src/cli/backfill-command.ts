/** `falconry backfill …`. */
import { Batch } from '../backfill/batch-client.js';
import { planBackfill } from '../backfill/plan.js';
import { type OpenPlan, openPlan } from '../backfill/plan-file.js';
import { type BackfillOptions, BackfillOptionsSchema } from '../backfill/plan-options.js';
import { type RetireProgress, retirePlan } from '../backfill/retire.js';
import { backfillStatus } from '../backfill/status.js';
import { cancelPlan, finishPlan, resumePlan, submitPlan } from '../backfill/submit.js';
import { verifyPlan } from '../backfill/verify-plan.js';
import type { ConvertOptions } from '../convert/options.js';
import { FalconryError } from '../error.js';
import { lakeAccessOf } from '../lake/lake-access.js';
import { storeOptionsOf } from '../store/open.js';
import {
  cancelText,
  planText,
  retireProgressText,
  retireText,
  statusText,
  submittedText,
  verificationText,
} from './backfill-text.js';
import { bytes, count, plural } from './numbers.js';
import { ProgressLine } from './progress-line.js';
import { wholeNumber } from './whole-number.js';

/** All others are the conversion's. */
const BACKFILL_OPTIONS = Object.keys(BackfillOptionsSchema.shape);

export async function planCommand({ json, ...args }: Record<string, unknown> & { json?: boolean }): Promise<void> {
  const entries = Object.entries(args);
  const backfill = Object.fromEntries(entries.filter(([name]) => BACKFILL_OPTIONS.includes(name))) as BackfillOptions;
  const convert = Object.fromEntries(entries.filter(([name]) => !BACKFILL_OPTIONS.includes(name)));
  const line = new ProgressLine(json !== true);
  const onProgress = (progress: { files: number; bytes: number }) =>
    line.show(() =>
      progress.files === 0 ? 'looking at the archive' : `${plural(progress.files, 'file')} · ${bytes(progress.bytes)} planned`,
    );
  try {
    const report = await planBackfill(convert as unknown as ConvertOptions, backfill, { onProgress });
    line.clear();
    print(report, json, planText);
  } finally {
    line.clear();
  }
}

export interface PlanArguments {
  plan: string;
  region?: string;
  endpointUrl?: string;
  batchEndpointUrl?: string;
  json?: boolean;
}
type SubmitArguments = PlanArguments & { queue: string; jobDefinition: string; attempts: string };

export async function submitCommand({ json, ...args }: SubmitArguments): Promise<void> {
  const attempts = attemptsOf(args.attempts);
  await withPlan(args, async (open, batch) => {
    const { queue, jobDefinition, endpointUrl } = args;
    print(await submitPlan(open, batch, { queue, jobDefinition, attempts, endpointUrl }), json, submittedText);
  });
}

export async function resumeCommand({ json, ...args }: Partial<SubmitArguments> & PlanArguments): Promise<void> {
  const attempts = attemptsOf(args.attempts ?? '10');
  await withPlan(args, async (open, batch) => {
    const { queue, jobDefinition, endpointUrl } = args;
    const submitted = await resumePlan(open, batch, {
      attempts,
      endpointUrl,
      ...(queue === undefined ? {} : { queue }),
      ...(jobDefinition === undefined ? {} : { jobDefinition }),
    });
    const nothing = { plan: open.place.uri, submission: 0, slices: 0, jobs: [], replaces: open.plan.replace !== undefined };
    print(submitted ?? nothing, json, submittedText);
  });
}

export async function cancelCommand({ json, ...args }: PlanArguments): Promise<void> {
  await withPlan(args, async (open, batch) => {
    const cancelled = await cancelPlan(open, batch);
    print(cancelled, json, cancelText);
    if (cancelled.running > 0) process.exitCode = 1;
  });
}

export async function statusCommand({ json, ...args }: PlanArguments): Promise<void> {
  await withPlan(args, async (open, batch) => print(await backfillStatus(open, batch), json, statusText));
}

export async function verifyPlanCommand({ json, ...args }: PlanArguments): Promise<void> {
  await withProgress(args, json, async (open, line) => {
    const onProgress = (slices: number) =>
      line.show(() => `${count(slices)} of ${plural(open.plan.slices.length, 'slice')} verified`);
    const verified = await verifyPlan(open, { onProgress });
    line.clear();
    if (verified.ok) await finishPlan(open);
    print(verified, json, verificationText);
    process.exitCode = verified.ok ? 0 : 1;
  });
}

export async function retireCommand({ json, grace, ...args }: PlanArguments & { grace?: string }): Promise<void> {
  const seconds = grace === undefined ? undefined : wholeNumber('--grace', grace);
  await withProgress(args, json, async (open, line) => {
    const onProgress = (progress: RetireProgress) => line.show(() => retireProgressText(progress));
    const report = await retirePlan(open, { onProgress, ...(seconds === undefined ? {} : { grace: seconds }) });
    line.clear();
    print(report, json, retireText);
  });
}

async function withOpenPlan(args: PlanArguments, run: (open: OpenPlan) => Promise<void>): Promise<void> {
  const open = await openPlan(args.plan, storeOptionsOf(args), lakeAccessOf(process.env));
  try {
    await run(open);
  } finally {
    await open.place.work.close();
  }
}

async function withProgress(
  args: PlanArguments,
  json: boolean | undefined,
  run: (open: OpenPlan, line: ProgressLine) => Promise<void>,
): Promise<void> {
  await withOpenPlan(args, async (open) => {
    const line = new ProgressLine(json !== true);
    try {
      await run(open, line);
    } finally {
      line.clear();
    }
  });
}

async function withPlan(args: PlanArguments, run: (open: OpenPlan, batch: Batch) => Promise<void>): Promise<void> {
  await withOpenPlan(args, async (open) => {
    const { batchEndpointUrl } = args;
    const batch = new Batch({
      region: args.region ?? open.plan.options.region,
      ...(batchEndpointUrl === undefined ? {} : { endpointUrl: batchEndpointUrl }),
    });
    try {
      await run(open, batch);
    } finally {
      batch.close();
    }
  });
}

function attemptsOf(text: string): number {
  const attempts = Number(text);
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= 10) return attempts;
  throw new FalconryError('OPTION_INVALID', `--attempts: "${text}" is no whole number from 1 to 10.`, { exitCode: 2 });
}

function print<T>(value: T, json: boolean | undefined, text: (value: T) => string): void {
  process.stdout.write(json === true ? `${JSON.stringify(value)}\n` : text(value));
}
