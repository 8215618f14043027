/** Some fields of a form, any of which may be emptied: undefined is left out when the JSON is written. */
export type Partly<T> = { [Name in keyof T]?: T[Name] | undefined };
