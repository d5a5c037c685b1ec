import type { OffcutDatabase } from '../store/database.ts';
import type { EditedItems } from './item-edits.ts';

/** What tells all tabs that edits changed, by the name of a `ChangeChannel`. */
export function editsChannelOf(db: OffcutDatabase): string {
  return `${db.name}:edits`;
}

/** Out of the index alone: edits may be long. */
export async function editedItems(db: OffcutDatabase): Promise<EditedItems> {
  const keys = await db.edits.orderBy('[key+updatedAt]').keys();
  return new Map(keys as unknown as [string, number][]);
}
