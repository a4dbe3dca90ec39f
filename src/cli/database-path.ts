export { databasePath, ROOT_DATABASE } from '../store/database-path.ts';
