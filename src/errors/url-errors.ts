export const urlErrors = {} as const;
