import { StatusPage } from './status-page.ts';

new StatusPage().start();
