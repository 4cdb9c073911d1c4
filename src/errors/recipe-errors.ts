export const recipeErrors = {} as const;
