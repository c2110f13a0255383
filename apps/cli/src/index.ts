export { createProgram } from './program.js';
export { planView } from './plan-view.js';
