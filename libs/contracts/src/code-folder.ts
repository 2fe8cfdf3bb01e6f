/** Where the code that reads events is. What is kept of a fold is bound to it. */
export const CODE_FOLDER: string = new URL('.', import.meta.url).href
