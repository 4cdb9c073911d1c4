// What keeps the store of batches from serving, as far as people are told of it.

/** `away`: it cannot be reached, or does not answer; `full`: its memory is; `refuses`: it is there and takes no
 *  changes for another reason, which somebody has to mend. */
export type StoreTrouble = 'away' | 'full' | 'refuses';
