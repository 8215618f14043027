import { existsSync } from 'node:fs';

/** Where `npm install` builds the dashboard to. */
export const DASHBOARD_FOLDER = new URL('../../web/dist/', import.meta.url);

/** Why tests of its files are left out here; never in CI, where what is missing fails. */
export const dashboardObstacle =
  existsSync(new URL('index.html', DASHBOARD_FOLDER)) || process.env.CI === 'true'
    ? undefined
    : 'the dashboard is not built (npm run build:web)';
