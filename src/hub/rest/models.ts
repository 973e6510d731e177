import { both, type DataContext, type DataRoutes } from './data-context.ts';
import { wireModel } from './wire-model.ts';

export function mountModels(app: DataRoutes, { models }: DataContext): void {
  app.on('GET', both('/v1/models'), (c) => c.json(models.list().map(wireModel)));
}
