// The names of results files, after the name of the file that was dropped.

import { cutToBytes, stripHidden } from '../batch/clean-text.ts';

const maxBytes = 120;
/** Signs that a path or Windows keeps for itself. */
const unsafe = /[\\/:*?"<>|\n\t]+/gu;
const windowsDevice = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

/** The dropped file's name without its extension, fit for any disk; `batch` where nothing is left. */
export function toResultStem(fileName: string): string {
  const clean = stripHidden(fileName).normalize('NFC').replace(unsafe, '_');
  const stem = clean.replace(/\.[\p{L}\p{N}]{1,5}$/u, '').replace(/^[\s._]+/u, '');
  const cut = cutToBytes(stem, maxBytes, '').replace(/[\s.]+$/u, '');
  if (cut === '') return 'batch';
  return windowsDevice.test(cut) ? `${cut}_` : cut;
}

/** Results that are given before a batch has ended. */
export function toSoFarName(stem: string): string {
  return `${stem}.so-far.csv`;
}

/** A to-do file that was dropped again leaves one of the same name, not `x.todo.todo.csv`. */
export function toTodoName(stem: string): string {
  return `${stem.replace(/(?:\.todo)+$/iu, '')}.todo.csv`;
}
