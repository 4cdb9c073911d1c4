// What a process has taken of the machine so far: from /proc where there is one, else as the bot's own
// metrics tell it.

import { readFile } from 'node:fs/promises';

export interface Usage {
  /** Processor milliseconds of all threads since the process began. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** The most that it has held so far; as `rssMb` where the system does not tell. */
  readonly peakRssMb: number;
}

/** Linux counts processor time in hundredths of a second, on every platform that Node runs on. */
const msPerTick = 10;

/** Undefined where there is no /proc, or no such process. */
export async function readProcUsage(pid: number): Promise<Usage | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    return parseProcUsage(stat, status);
  } catch {
    return undefined;
  }
}

/** Throws where the texts are none of /proc. */
export function parseProcUsage(stat: string, status: string): Usage {
  // The program's name, in brackets, may hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'mu').exec(status)?.[1]) / 1024;
  const usage = {
    cpuMs: (user + system) * msPerTick,
    rssMb: megabytes('VmRSS'),
    peakRssMb: megabytes('VmHWM'),
  };
  if (Object.values(usage).some(Number.isNaN)) throw new Error('this is no text of /proc');
  return usage;
}

/** From the text of Darkroom's /metrics. Throws where it does not hold these figures. */
export function parseMetricsUsage(text: string): Usage {
  const rssMb = readMetric(text, 'process_resident_memory_bytes') / 1024 ** 2;
  const cpuMs = readMetric(text, 'process_cpu_seconds_total') * 1000;
  return { cpuMs, rssMb, peakRssMb: rssMb };
}

/** The value of a metric without labels. Throws where there is none. */
export function readMetric(text: string, name: string): number {
  const found = new RegExp(`^${name} (\\S+)$`, 'mu').exec(text)?.[1];
  if (found === undefined) throw new Error(`there is no metric ${name}`);
  return Number(found);
}

/** Processor milliseconds that the whole machine has worked since it started; undefined without /proc. */
export async function readMachineCpuMs(): Promise<number | undefined> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseMachineCpuMs(text);
}

export function parseMachineCpuMs(text: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    /^cpu +(.+)$/mu.exec(text)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq) * msPerTick;
}
