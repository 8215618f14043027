/**
 * `node:http`, got without an `import` statement: that one reads every export of the module, and one of them starts
 * the HTTP client behind `fetch`, which costs 13 MB and a tenth of a second and is not needed.
 */
export const nodeHttp = process.getBuiltinModule('node:http');
