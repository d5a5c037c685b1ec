/**
 * What a component that is loaded later is while the page is prerendered: never there.
 *
 *     const loadIt = () => (import.meta.env.SSR ? NOT_PRERENDERED : import('./It.svelte'));
 *
 * A dynamic import that the prerendering build can reach makes SvelteKit link the component's stylesheet from the page,
 * where it would hold up the first paint; so that build must not see the import.
 */
export const NOT_PRERENDERED = new Promise<never>(() => undefined);
