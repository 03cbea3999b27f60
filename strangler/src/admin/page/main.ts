import { RoutesPage } from './routes-page.ts';

new RoutesPage().start();
