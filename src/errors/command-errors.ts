export const commandErrors = {} as const;
