export { demo, down } from './demo.ts';
