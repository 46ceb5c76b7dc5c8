/** Falconry's folder in the work bucket. */
export const WORK_PREFIX = 'falconry';
