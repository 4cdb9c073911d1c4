export const csvErrors = {} as const;
