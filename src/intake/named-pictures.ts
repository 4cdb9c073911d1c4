// Pictures that a table's cells may name instead of linking to them.

import type { ImageReference } from '../batch/row.ts';
import type { Fault } from '../errors.ts';

export interface NamedPictures {
  /** True where the cell names a picture that is there. */
  isNamed(cell: string): boolean;
  /** What the cell refers to, in order; a fault for each name that leads to no picture. */
  find(cell: string): readonly (ImageReference | Fault)[];
}
