// A program of the benchmark in a process of its own, so that its processor time and its pauses are its own:
// it is sent orders and answers each.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { endWithUs } from './at-exit.ts';

export interface ForkedProgram<Order, Answer> extends AsyncDisposable {
  readonly pid: number;
  /** Rejects where the program fails at it, or has ended. */
  ask(order: Order): Promise<Answer>;
}

interface Asked<Order> {
  readonly id: number;
  readonly order: Order;
}

interface Answered<Answer> {
  readonly id: number;
  readonly answer?: Answer;
  readonly failure?: string;
}

/** As `npm start` sets them. */
const nodeFlags = ['--max-semi-space-size=4', '--max-old-space-size=400'];

/** `file`: the program's path; it calls `answerOrders`. */
export function forkProgram<Order, Answer>(
  file: string,
  args: readonly string[] = [],
): ForkedProgram<Order, Answer> {
  const child = fork(file, args, { execArgv: nodeFlags });
  endWithUs(child);
  const open = new Map<number, PromiseWithResolvers<Answer>>();
  const exited = once(child, 'exit');
  let asked = 0;
  child.on('message', ({ id, answer, failure }: Answered<Answer>) => {
    const waiting = open.get(id);
    open.delete(id);
    if (failure === undefined && answer !== undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(`${file}: ${failure ?? 'no answer'}`));
  });
  child.once('exit', () => {
    for (const { reject } of open.values()) reject(new Error(`${file} has ended early.`));
    open.clear();
  });
  return {
    pid: child.pid ?? 0,
    ask(order) {
      const waiting = Promise.withResolvers<Answer>();
      asked += 1;
      if (!child.connected) throw new Error(`${file} has ended.`);
      open.set(asked, waiting);
      child.send({ id: asked, order } satisfies Asked<Order>);
      return waiting.promise;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The program's side; `handle` takes and gives what the other side's types say. It may be called again
 *  before its last answer is there. */
export function answerOrders(handle: (order: never) => Promise<unknown>): void {
  // Ctrl-C in a terminal reaches every process; the one that forked this one ends it.
  process.on('SIGINT', () => {});
  process.once('disconnect', () => process.exit());
  process.on('message', ({ id, order }: Asked<never>) => {
    handle(order).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => process.send?.({ id, failure: String(error) }),
    );
  });
}
